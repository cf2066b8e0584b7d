import pytest
from cases import workload
from sleepers import sleeper

from operations.errors import UsageProblem
from operations.targets import Target, choose_sleepers, read_ref


@pytest.mark.parametrize("text", ["frontend", "/a", "a/", "a/b/c", "Dev/a", "a/b'c", "a b/c"], ids=str)
def test_what_is_not_a_namespace_and_a_name_is_refused(text: str) -> None:
    with pytest.raises(UsageProblem, match="NAMESPACE/NAME"):
        read_ref(text)


def test_a_name_may_hold_dots() -> None:
    assert str(read_ref("dev/front.v2")) == "dev/front.v2"


@pytest.mark.parametrize(
    ("named", "namespace", "everything"),
    [(None, None, False), ("a/b", "a", False), ("a/b", None, True), (None, "a", True)],
    ids=["none", "both", "one and all", "namespace and all"],
)
def test_a_command_has_exactly_one_target(named: str | None, namespace: str | None, everything: bool) -> None:
    with pytest.raises(UsageProblem, match="one target"):
        Target.parse(named, namespace, everything=everything)


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
