"""Another tool is told of once in each namespace, however often and on whatever page it is met."""

from collections.abc import Iterator

import pytest
from cases import policy, workload

from activities.alerts.raised import listen, stop_listening
from activities.kube.workloads.pages import Page
from activities.runs.foreign_alerts import ForeignAlerts

DOWNSCALER, WINTER_SOLDIER = "downscaler/original-replicas", "hibernator.devtron.ai/replicas"


@pytest.fixture
def raised() -> Iterator[list[str]]:
    """The sentences of alerts."""
    heard: list[str] = []

    def hear(kind: str, sentence: str, data: dict[str, str]) -> None:
        heard.append(f"{kind} {data['namespace']}: {sentence.partition(' puts')[0]}")

    listen(hear)
    yield heard
    stop_listening(hear)


def page(*annotations: str, namespace: str = "dev-shop") -> Page:
    return Page(tuple(workload(namespace, f"web-{key[0]}", annotations={key: "2"}) for key in annotations))


def test_night_after_night_it_is_told_once(raised: list[str]) -> None:
    alerts = ForeignAlerts()
    for _ in range(3):
        alerts.tell(policy(), page(DOWNSCALER))
    assert len(raised) == 1


def test_two_tools_on_different_pages_are_each_told_once(raised: list[str]) -> None:
    alerts = ForeignAlerts()
    for _ in range(3):
        for annotation in (DOWNSCALER, WINTER_SOLDIER):
            alerts.tell(policy(), page(annotation))
    assert raised == [
        "foreign dev-shop: py-kube-downscaler or GoKubeDownscaler",
        "foreign dev-shop: winter-soldier",
    ]


def test_each_namespace_of_the_policy_is_told_of(raised: list[str]) -> None:
    alerts, of_dev = ForeignAlerts(), policy(scope={"namespaces": {"include": ["dev-*"]}})
    for namespace in ("dev-shop", "dev-bank", "prod-shop"):
        alerts.tell(of_dev, page(DOWNSCALER, namespace=namespace))
    assert [each.partition(":")[0] for each in raised] == ["foreign dev-shop", "foreign dev-bank"]
