from datetime import timedelta

import pytest

from activities.hibernation.orders import WriteOutcome
from workflows.life.attempt import FAULTS, GIVEN_UP, ROUNDS, Attempt

DENIED = WriteOutcome(result="denied", sentence="not yours")
CONFLICT = WriteOutcome(result="conflict", sentence="it was changed")
THROTTLED = WriteOutcome(result="throttled", sentence="too many", retry_after_seconds=7)


def after(*outcomes: WriteOutcome) -> Attempt:
    attempt = Attempt()
    for outcome in outcomes:
        attempt.take(outcome)
    return attempt


def test_a_write_that_was_given_up_for_a_person_is_no_fault_and_may_still_land() -> None:
    attempt = after(GIVEN_UP)
    assert (attempt.faults, attempt.rounds, attempt.trouble) == (0, 0, "")
    assert (attempt.unknown, attempt.touched) == (True, True)
    assert attempt.back_off(GIVEN_UP) == timedelta(0)


@pytest.mark.parametrize(
    ("outcomes", "seconds"),
    [
        ([DENIED], 0),
        ([DENIED] * 2, 1),
        ([DENIED] * 4, 4),
        ([DENIED] * 40, 300),
        ([THROTTLED], 7),
        ([CONFLICT] * ROUNDS, 0),
        ([DENIED] * 3 + [CONFLICT], 0),
    ],
    ids=["a fault", "two", "four", "forty", "as the server asks", "conflicts", "a conflict after faults"],
)
def test_how_long_it_waits_before_the_next_round(outcomes: list[WriteOutcome], seconds: int) -> None:
    assert after(*outcomes).back_off(outcomes[-1]) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("outcomes", "exhausted"),
    [([DENIED] * (FAULTS - 1), False), ([DENIED] * FAULTS, True), ([CONFLICT] * (ROUNDS + 1), True)],
    ids=["four faults", "five", "conflict after conflict"],
)
def test_a_pause_is_given_up_after_so_many(outcomes: list[WriteOutcome], exhausted: bool) -> None:
    assert after(*outcomes).exhausted is exhausted
