"""Which runs people are told of, and what they read."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from policies.checks.limits import Brake, Census
from policies.checks.reasons import Reason
from policies.runs.digests import Digest, Urgency, describe, is_worth_telling, window_key
from policies.runs.enforcement import EnforcementResult, JudgedRun, describe_run, remember_run
from policies.runs.nights import Night

FRIDAY, SATURDAY = "2026-11-27T20:00:00Z", "2026-11-28T20:00:00Z"
BRAKE = Brake(would_sleep_percent=80, allowed_percent=50)


FOUND = datetime(2026, 11, 27, 20, tzinfo=UTC)


def found_before(*, window: str = FRIDAY, dry_run: bool = True) -> JudgedRun:
    return JudgedRun(at=FOUND, sentence="", dry_run=dry_run, most_in_window=28, window=window)


def result(told_window: str = FRIDAY, **fields: Any) -> EnforcementResult:
    return EnforcementResult(policy="nights", sentence="A sentence.", told_window=told_window, **fields)


NOTHING_BEFORE = EnforcementResult(policy="", sentence="")


@pytest.mark.parametrize(
    ("now", "before", "told"),
    [
        pytest.param(result(dry_run=False), NOTHING_BEFORE, True, id="a window begins"),
        pytest.param(result(dry_run=False), result(), False, id="a later run that changed nothing"),
        pytest.param(result(dry_run=False, started=3), result(), True, id="a later run that paused something"),
        pytest.param(result(dry_run=True), result(), False, id="a dry run, once more in its window"),
        pytest.param(result(SATURDAY, dry_run=True), result(), True, id="a dry run in the next window"),
        pytest.param(result(dry_run=False, brake=BRAKE), result(), True, id="the brake"),
        pytest.param(result(dry_run=False, brake=BRAKE), result(brake=BRAKE), False, id="the brake, still"),
        pytest.param(result(skipped="a hold is on"), NOTHING_BEFORE, False, id="nothing was judged"),
    ],
)
def test_a_run_is_told_at_a_windows_start_and_when_it_changed_something(
    now: EnforcementResult, before: EnforcementResult, told: bool
) -> None:
    assert is_worth_telling(now, before, has_start=True) is told


@pytest.mark.parametrize(("dry_run", "told"), [(True, True), (False, False)])
def test_a_window_without_a_beginning_is_told_of_a_dry_run_only(dry_run: bool, told: bool) -> None:
    assert is_worth_telling(result("2026-11-28", dry_run=dry_run), result("2026-11-27"), has_start=False) is told


def test_a_window_that_never_ends_is_another_one_each_day() -> None:
    assert window_key(None, datetime(2026, 11, 27, 23, tzinfo=UTC)) == "2026-11-27"
    assert window_key(datetime(2026, 11, 27, 20, tzinfo=UTC), datetime(2026, 11, 28, 3, tzinfo=UTC)) == FRIDAY


def test_a_digest_says_what_was_expected_what_sleeps_and_why_not() -> None:
    run = result(
        dry_run=False,
        started=12,
        census=Census(deployments=40, asleep=5),
        decisions={
            Reason.PAUSE: 12,
            Reason.COOLING_DOWN: 2,
            Reason.EXCLUDED: 3,
            Reason.NAMESPACE_NOT_IN_SCOPE: 20,
            Reason.ENDS_SOON: 9,
        },
        hourly=1.25,
        up_to_per_month=1412.5,
        currency="USD",
    )
    end = datetime(2026, 11, 30, 7, tzinfo=UTC)
    message = describe(Digest(cluster="dev", at_start=True, result=run, window_end=end))
    assert message.title == "A window begins: nights on dev"
    assert message.text == "A sentence. Not paused: 3 Excluded, 2 CoolingDown."
    assert {fact.name: fact.value for fact in message.facts} == {
        "expected": "12",
        "going to sleep": "12",
        "asleep before": "5",
        "until": "2026-11-30T07:00:00Z",
        "saves an hour asleep (estimate)": "1.2500 USD",
        "a month by its calendar, up to": "1,412.50 USD",
    }


def test_a_month_is_by_a_calendar_only_where_there_is_one() -> None:
    run = result(decisions={Reason.PAUSE: 1}, hourly=1.25, up_to_per_month=900, currency="USD", by_calendar=False)
    assert describe_run(run, 1).endswith("to save 1.2500 USD an hour asleep, up to 900.00 USD a month.")
    names = [fact.name for fact in describe(Digest(cluster="dev", at_start=True, result=run)).facts]
    assert "a month, up to" in names


def test_the_brake_is_a_warning() -> None:
    message = describe(Digest(cluster="dev", at_start=False, result=result(dry_run=False, brake=BRAKE)))
    assert message.urgency is Urgency.WARNING


def test_the_brake_of_a_first_window_is_named_with_how_many_it_keeps_awake() -> None:
    run = result(dry_run=False, started=20, decisions={Reason.PAUSE: 116}, held_by_first_window=96)
    assert describe_run(run, 116) == (
        "20 of 116 Deployments go to sleep, 96 stay awake in its first window, in which a policy without limits puts "
        "at most 20 to sleep."
    )
    facts = {fact.name: fact.value for fact in describe(Digest(cluster="dev", at_start=True, result=run)).facts}
    assert facts["wait for its second window"] == "96"


NIGHT = Night(woke=2, available=1, timed=1, available_by=datetime(2026, 11, 27, 6, 4, tzinfo=UTC), not_available=1)


@pytest.mark.parametrize(
    ("night", "at_start", "last_line"),
    [
        (NIGHT, True, "Since the last time: 2 slept, 2 woke, 1 available by 07:04 CET, 1 not."),
        (NIGHT, False, "A sentence."),
        (Night(), True, "A sentence."),
    ],
    ids=["a window begins", "a later run of it", "nothing slept before"],
)
def test_the_last_line_of_a_windows_first_digest_tells_what_became_of_what_slept_before(
    night: Night, at_start: bool, last_line: str
) -> None:
    at = datetime(2026, 11, 27, 19, tzinfo=UTC)
    digest = Digest(cluster="dev", at_start=at_start, result=result(night=night), at=at, zone="Europe/Berlin")
    assert describe(digest).text.splitlines()[-1] == last_line


def test_a_run_is_remembered_by_what_it_would_have_done() -> None:
    at = datetime(2026, 11, 27, 19, tzinfo=UTC)
    kept = remember_run(result(decisions={Reason.PAUSE: 116, Reason.COOLING_DOWN: 2}), at)
    assert (kept.at, kept.would_pause, kept.dry_run, kept.window) == (at, 116, True, FRIDAY)


@pytest.mark.parametrize(
    ("before", "most"),
    [(None, 3), (found_before(), 28), (found_before(window="x"), 3), (found_before(dry_run=False), 3)],
    ids=["the first that is known", "a later run", "a new window", "no dry run before"],
)
def test_a_dry_run_remembers_the_most_that_its_window_would_have_paused(before: JudgedRun | None, most: int) -> None:
    last = remember_run(result(decisions={Reason.PAUSE: 3}, dry_run=True), FOUND + timedelta(hours=10), before)
    assert (last.would_pause, last.most_in_window) == (3, most)
