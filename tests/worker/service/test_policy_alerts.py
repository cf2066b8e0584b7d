"""What is said of the source of policies."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from activities.alerts.raised import listen, settle, stop_listening
from activities.snapshot import Snapshot
from worker.service.policy_alerts import tell_of_policies

NOW = datetime(2026, 11, 23, tzinfo=UTC)
WELL = Snapshot(read_at=NOW)
BLIP = Snapshot(read_at=NOW, unreadable="list policies: was answered 503")
LOST = Snapshot(read_at=NOW, unreadable="the API server knows no EnforcementPolicies", lost=True)
OLDER = Snapshot(read_at=NOW, objection="their CRD is older")


@pytest.fixture
def raised() -> Iterator[list[str]]:
    """The kinds of alerts."""
    heard: list[str] = []

    def hear(kind: str, sentence: str, data: dict[str, str]) -> None:
        heard.append(kind)

    listen(hear)
    yield heard
    stop_listening(hear)
    for about in ("the source of policies", "the definition of policies"):
        settle(about)


@pytest.mark.parametrize(
    ("seen", "kinds"),
    [
        pytest.param([WELL], [], id="all is well"),
        pytest.param([BLIP, WELL, BLIP], [], id="an API server that gives no answer now and then"),
        pytest.param([LOST, LOST, BLIP, LOST], ["policies"], id="a definition that is gone is told once"),
        pytest.param([LOST, WELL, LOST], ["policies", "policies"], id="gone, back, and gone again"),
        pytest.param([OLDER, BLIP, OLDER], ["definition"], id="an older definition is no loss"),
        pytest.param([OLDER, WELL, OLDER], ["definition", "definition"], id="mended, and older again"),
    ],
)
def test_a_source_that_is_lost_is_an_alert_and_one_that_gave_no_answer_is_none(
    seen: list[Snapshot], kinds: list[str], raised: list[str]
) -> None:
    for snapshot in seen:
        tell_of_policies(snapshot, "me")
    assert raised == kinds


@pytest.mark.usefixtures("raised")
@pytest.mark.parametrize("snapshot", [LOST, OLDER], ids=["lost", "older"])
def test_what_is_lost_or_too_old_is_answered(snapshot: Snapshot) -> None:
    assert tell_of_policies(snapshot, "me") == (snapshot.unreadable or snapshot.objection)
    assert tell_of_policies(BLIP, "me") == ""


@pytest.mark.usefixtures("raised")
def test_what_is_to_be_woken_is_told_with_the_whole_command(caplog: pytest.LogCaptureFixture) -> None:
    tell_of_policies(LOST, "me")
    assert "finops resume --all --direct --instance me" in caplog.text
