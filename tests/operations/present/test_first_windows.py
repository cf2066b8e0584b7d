from datetime import UTC, datetime, timedelta

from operations.present.first_windows import FirstWindowSeen, see_first_windows
from policies.runs.enforcement import EnforcementResult
from policies.runs.first_window import FirstWindow

NOW = datetime(2026, 11, 30, 22, tzinfo=UTC)
MORNING = NOW + timedelta(hours=9)


def ran(first: FirstWindow | None, held: int = 0) -> EnforcementResult:
    return EnforcementResult(policy="nights", sentence="", first_window=first, held_by_first_window=held)


def see(*results: EnforcementResult) -> list[FirstWindowSeen]:
    return list(see_first_windows({"nights": 20}, {result.policy: result for result in results}, NOW))


def test_a_policy_that_is_in_its_first_window_is_named_with_whom_it_holds_back() -> None:
    assert see(ran(FirstWindow(until=MORNING, paused=20), held=96)) == [
        FirstWindowSeen(policy="nights", limit=20, paused=20, held_back=96, until=MORNING)
    ]


def test_one_that_has_paused_nothing_yet_is_named_too() -> None:
    expected = [FirstWindowSeen(policy="nights", limit=20)]
    assert see() == expected
    assert see(ran(None)) == expected


def test_one_whose_first_window_is_over_is_not() -> None:
    assert see(ran(FirstWindow(until=NOW, paused=20))) == []
