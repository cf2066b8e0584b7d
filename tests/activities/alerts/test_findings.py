"""What a reconciliation finds is told by the names of workloads, each with its reason where there is one."""

from collections.abc import Iterator

import pytest

from activities.alerts.findings import FindingAlerts
from activities.alerts.raised import listen, stop_listening

ODD = {"dev/api": "a request is odd", "dev/web": "spec cannot be read"}


@pytest.fixture
def raised() -> Iterator[list[tuple[str, dict[str, str]]]]:
    heard: list[tuple[str, dict[str, str]]] = []

    def hear(kind: str, sentence: str, data: dict[str, str]) -> None:
        heard.append((sentence, data))

    listen(hear)
    yield heard
    stop_listening(hear)


def test_one_workload_is_named_with_its_reason_and_is_the_workload_of_the_alert(
    raised: list[tuple[str, dict[str, str]]],
) -> None:
    FindingAlerts().tell("unreadable", ["dev/api"], (), "left alone", ODD)
    assert raised == [("dev/api (a request is odd): left alone", {"workload": "dev/api"})]


def test_several_are_one_alert_of_their_namespace(raised: list[tuple[str, dict[str, str]]]) -> None:
    FindingAlerts().tell("unreadable", ODD, (), "left alone", ODD)
    assert raised == [
        ("dev/api (a request is odd), dev/web (spec cannot be read): left alone", {"namespace": "dev"}),
    ]


def test_a_reason_that_changes_is_no_news(raised: list[tuple[str, dict[str, str]]]) -> None:
    alerts = FindingAlerts()
    for reason in ("a request is odd", "a request is odder"):
        alerts.tell("unreadable", ["dev/api"], (), "left alone", {"dev/api": reason})
    assert len(raised) == 1
