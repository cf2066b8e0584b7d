import pytest
from cases import workload
from sleepers import sleeper

from operations.errors import UsageProblem
from operations.targets import Target, choose_sleepers, read_key, read_keys


@pytest.mark.parametrize("text", ["frontend", "/a", "a/", "a/b/c", "Dev/a", "a/b'c", "a b/c"], ids=str)
def test_what_is_not_a_namespace_and_a_name_is_refused(text: str) -> None:
    with pytest.raises(UsageProblem, match="NAMESPACE/NAME"):
        read_key(text)


def test_a_name_may_hold_dots() -> None:
    assert str(read_key("dev/front.v2")) == "dev/front.v2"


@pytest.mark.parametrize(
    ("text", "namespace", "meant"),
    [
        ("dev/web", None, "dev/web"),
        ("deploy/web", None, "deploy/web"),
        ("deployment/web", "dev", "dev/web"),
        ("deployments/web", "dev", "dev/web"),
        ("deploy/web", "dev", "dev/web"),
        ("Deployment/web", "dev", "dev/web"),
        ("deployment.apps/web", "dev", "dev/web"),
        ("deployments.v1.apps/web", "dev", "dev/web"),
        ("deployment/front.v2", "dev", "dev/front.v2"),
        ("web", "dev", "dev/web"),
        ("dev/web", "dev", "dev/web"),
        ("deploy/web", "deploy", "deploy/web"),
    ],
)
def test_a_deployment_is_named_in_our_manner_or_in_kubectls(text: str, namespace: str | None, meant: str) -> None:
    assert str(read_key(text, namespace)) == meant
    assert str(Target.parse(text, namespace)) == meant


@pytest.mark.parametrize(
    ("text", "namespace", "says"),
    [
        (
            "statefulset/web",
            "dev",
            "'statefulset' in 'statefulset/web' is neither dev, the namespace of -n, nor a kind",
        ),
        ("sts/web", "dev", "write deployment/NAME with -n NAMESPACE, or NAMESPACE/NAME"),
        ("statefulset.apps/web", "dev", "nor a kind that can sleep"),
        ("deployment.example.com/web", "dev", "nor a kind that can sleep"),
        ("shop/web", "dev", "'shop' in 'shop/web' is neither dev"),
        ("a/deployment/web", "dev", "neither dev"),
        ("/web", "dev", "neither dev"),
        ("deployment/", "dev", "nor deployment/NAME with -n NAMESPACE"),
        ("", "dev", "nor deployment/NAME with -n NAMESPACE"),
        ("deployment.apps/web", None, "nor deployment/NAME with -n NAMESPACE"),
        ("deployment/web", "Dev", "'Dev' is not the name of a namespace"),
    ],
)
def test_other_kinds_and_two_namespaces_are_refused(text: str, namespace: str | None, says: str) -> None:
    with pytest.raises(UsageProblem) as refused:
        read_key(text, namespace)
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("named", "namespace", "everything"),
    [(None, None, False), ("a/b", None, True), (None, "a", True), ("b", "a", True)],
    ids=["none", "one and all", "namespace and all", "one in a namespace and all"],
)
def test_a_command_has_exactly_one_target(named: str | None, namespace: str | None, everything: bool) -> None:
    with pytest.raises(UsageProblem, match="one target"):
        Target.parse(named, namespace, everything=everything)


def test_several_are_named_together_each_once_and_in_their_order() -> None:
    assert list(map(str, read_keys(["web", "deploy/api", "dev/web"], "dev"))) == ["dev/web", "dev/api"]
    assert list(map(str, Target.parse_each(["b/x", "a/x", "b/x"], None))) == ["b/x", "a/x"]
    assert Target.parse_each([], "dev") == (Target(namespace="dev"),)
    assert Target.parse_each([], None, everything=True) == (Target(),)


def test_one_that_makes_no_sense_among_several_is_told_before_anything_is_done() -> None:
    with pytest.raises(UsageProblem, match="'sts' in 'sts/web'"):
        Target.parse_each(["web", "sts/web"], "dev")
    with pytest.raises(UsageProblem, match="one target"):
        Target.parse_each(["a/b", "a/c"], None, everything=True)


def test_a_bare_name_is_never_taken_into_the_namespace_of_the_context() -> None:
    with pytest.raises(UsageProblem, match="the namespace of the context is not taken"):
        read_key("web")


def test_sleepers_of_another_installation_are_shown_and_not_chosen() -> None:
    ours, strangers = choose_sleepers(
        [sleeper("mine"), sleeper("theirs", instance="they"), workload(name="awake")], Target(), "me"
    )
    assert ([str(each.ref) for each in ours], [str(each.ref) for each in strangers]) == (
        ["dev-shop/mine"],
        ["dev-shop/theirs"],
    )


def test_one_that_is_named_exactly_is_chosen_whoever_put_it_to_sleep() -> None:
    ours, strangers = choose_sleepers([sleeper("theirs", instance="they")], Target.parse("dev-shop/theirs", None), "me")
    assert (len(ours), strangers) == (1, ())


def test_without_an_instance_several_are_nobodys() -> None:
    with pytest.raises(UsageProblem, match=r"me \(1\), they \(1\)"):
        choose_sleepers([sleeper("mine"), sleeper("theirs", instance="they")], Target(), None)


def test_a_namespace_covers_its_own_only() -> None:
    ours, _ = choose_sleepers([sleeper("a"), sleeper("b", namespace="dev-x")], Target.parse(None, "dev-x"), "me")
    assert [str(each.ref) for each in ours] == ["dev-x/b"]
