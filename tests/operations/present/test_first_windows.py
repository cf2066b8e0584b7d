from datetime import UTC, datetime, timedelta

from cases import policy

from operations.present.first_windows import FirstWindowSeen, see_first_windows
from policies.runs.enforcement import EnforcementResult, JudgedRun
from policies.runs.first_window import FirstWindow

NOW = datetime(2026, 11, 30, 22, tzinfo=UTC)
MORNING = NOW + timedelta(hours=9)
NIGHTS = policy("nights", schedule={"timeZone": "Europe/Berlin", "asleep": [{"from": "20:00", "to": "07:00"}]})


def ran(first: FirstWindow | None, held: int = 0) -> EnforcementResult:
    return EnforcementResult(policy="nights", sentence="", first_window=first, held_by_first_window=held)


def see(*results: EnforcementResult) -> list[FirstWindowSeen]:
    return list(see_first_windows([NIGHTS], {result.policy: result for result in results}, NOW))


def test_a_policy_that_is_in_its_first_window_is_named_with_whom_it_holds_back() -> None:
    assert see(ran(FirstWindow(until=MORNING, paused=20), held=96)) == [
        FirstWindowSeen(policy="nights", zone="Europe/Berlin", limit=20, paused=20, held_back=96, until=MORNING)
    ]


def test_one_that_has_paused_nothing_yet_is_named_too() -> None:
    expected = [FirstWindowSeen(policy="nights", zone="Europe/Berlin", limit=20)]
    assert see() == expected
    assert see(ran(None)) == expected


def test_one_whose_first_window_is_over_is_not() -> None:
    assert see(ran(FirstWindow(until=NOW, paused=20))) == []


def test_one_whose_windows_were_changed_so_that_none_runs_is_not_either() -> None:
    later = policy("nights", schedule={"timeZone": "UTC", "asleep": [{"from": "Sun 17:00", "to": "Sun 20:00"}]})
    result = ran(FirstWindow(until=MORNING, paused=20))
    assert list(see_first_windows([later], {"nights": result}, NOW)) == []


def test_a_run_that_did_nothing_hides_nobody_who_waits() -> None:
    judged = JudgedRun(at=NOW, sentence="", dry_run=False, held_by_first_window=8)
    held = ran(FirstWindow(until=MORNING, paused=20)).replace(skipped="a hold is on", last_judged=judged)
    assert [each.held_back for each in see(held)] == [8]
