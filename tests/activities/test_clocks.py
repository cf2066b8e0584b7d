"""Three clocks, compared."""

import logging
from datetime import UTC, datetime, timedelta

import pytest

from activities.clocks import QUIET, Clocks
from policies.sleep.clocks import ClockDrift

NOW = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


class Clockwork:
    """What each clock says, as a test sets it."""

    def __init__(self) -> None:
        self.server: datetime | None = NOW
        self.own = NOW
        self.counted = 0.0
        self.clocks = Clocks(lambda: self.server, own_clock=lambda: self.own, counter=lambda: self.counted)

    def compare(self, temporal: datetime = NOW) -> ClockDrift:
        """Mark and compare at one moment."""
        return self.clocks.compare(self.clocks.mark(temporal))


@pytest.fixture
def clockwork() -> Clockwork:
    """Clocks that agree."""
    return Clockwork()


def alerts(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if getattr(record, "alert", "") == "clocks"]


def test_both_clocks_are_compared_with_the_api_servers_and_told_apart_by_their_sign(clockwork: Clockwork) -> None:
    clockwork.own = NOW - 2 * HOUR
    assert clockwork.compare(NOW + 3 * HOUR) == ClockDrift(temporal=3 * HOUR, worker=-2 * HOUR)


def test_what_an_activity_took_until_its_comparison_is_no_difference(clockwork: Clockwork) -> None:
    moment = clockwork.clocks.mark(NOW)
    clockwork.counted += 90
    clockwork.server = clockwork.own = NOW + timedelta(seconds=90)
    assert clockwork.clocks.compare(moment) == ClockDrift()


def test_without_a_time_of_the_api_server_nothing_agrees(clockwork: Clockwork) -> None:
    clockwork.server = None
    assert clockwork.compare().objection


def test_an_episode_raises_one_alert_and_its_end_is_logged(
    clockwork: Clockwork, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for _ in range(50):
        clockwork.compare(NOW + 3 * HOUR)
    assert len(alerts(caplog)) == 1
    assert "Temporal's clock is 3h ahead" in alerts(caplog)[0]
    clockwork.compare()
    assert "agree again" not in caplog.text
    clockwork.counted += QUIET.total_seconds() + 1
    clockwork.compare()
    clockwork.compare()
    assert caplog.text.count("agree again") == 1
    clockwork.compare(NOW - 3 * HOUR)
    assert len(alerts(caplog)) == 2


def test_answers_that_take_turns_are_one_episode(clockwork: Clockwork, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(20):
        clockwork.compare(NOW + 3 * HOUR)
        clockwork.counted += 60
        clockwork.compare()
        clockwork.counted += 60
    assert len(alerts(caplog)) == 1
    assert "agree again" not in caplog.text


def test_reckoning_by_an_earlier_answer_is_silent(clockwork: Clockwork, caplog: pytest.LogCaptureFixture) -> None:
    assert clockwork.clocks.reckon(clockwork.clocks.mark(NOW + 3 * HOUR)).objection
    assert alerts(caplog) == []
