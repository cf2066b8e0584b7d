import pytest

from policies.kinds import DEPLOYMENT, KINDS, Kind, kind_called, kind_named


@pytest.mark.parametrize(
    "text",
    [
        "deploy",
        "deployment",
        "deployments",
        "Deployment",
        "deployment.apps",
        "deploy.apps",
        "deployments.v1.apps",
        "Deployment.v1.apps",
    ],
)
def test_a_kind_is_called_as_kubectl_calls_it(text: str) -> None:
    assert DEPLOYMENT.is_called(text)
    assert kind_called(text) is DEPLOYMENT


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".apps",
        "pods",
        "deployment.batch",
        "deployments.v1beta1.apps",
        "deployments.v1",
        "deployments.apps.v1",
        "deployments.scale",
        "deployment/web",
        " deploy",
    ],
)
def test_what_kubectl_takes_for_something_else_is_no_such_kind(text: str) -> None:
    assert not DEPLOYMENT.is_called(text)
    assert kind_called(text) is None


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_kind_is_found_by_the_name_in_its_ids(kind: Kind) -> None:
    assert kind_named(kind.name) is kind


def test_one_that_only_a_later_version_knows_is_called_by_its_name() -> None:
    later = kind_named("a-later-kind")
    assert (later.name, later.title, later in KINDS) == ("a-later-kind", "a-later-kind", False)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize(("replicas", "is_down"), [(0, True), (1, False), (3, False)])
def test_a_kind_is_down_at_zero_alone(kind: Kind, replicas: int, is_down: bool) -> None:
    assert kind.is_down(replicas) is is_down


def test_a_deployment_sleeps_and_wakes_by_the_count_of_its_scale_subresource() -> None:
    asleep, awake = DEPLOYMENT.sleep(), DEPLOYMENT.wake(3)
    assert (asleep.spec, asleep.subresource) == ({"replicas": 0}, "scale")
    assert (awake.spec, awake.subresource) == ({"replicas": 3}, "scale")
