"""What clocks that differ forbid, and what they do not."""

from datetime import timedelta
from typing import Any

import pytest
from cases import NOW, workload

from policies.annotations import PREFIX, PauseRecord, pause_patch
from policies.sleep.clocks import ClockDrift
from policies.sleep.review import Consultation, Sleep, review
from policies.sleep.wishes import Wish
from policies.workload import observe

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.mark.parametrize(
    ("drift", "objection"),
    [
        (ClockDrift(), ""),
        (ClockDrift(temporal=MINUTE, worker=-MINUTE), ""),
        (ClockDrift(temporal=3 * HOUR), "Temporal's clock is 3h ahead of the API server's"),
        (ClockDrift(temporal=-3 * HOUR), "Temporal's clock is 3h behind the API server's"),
        (ClockDrift(worker=1.5 * MINUTE), "the worker's clock is 1m30s ahead of the API server's"),
        (ClockDrift(worker=-90 * MINUTE), "the worker's clock is 1h30m behind the API server's"),
        (
            ClockDrift(temporal=3 * HOUR, worker=3 * HOUR + MINUTE),
            "the API server's clock is 3h behind Temporal's and the worker's",
        ),
        (
            ClockDrift(temporal=3 * HOUR, worker=-2 * HOUR),
            "Temporal's clock is 3h ahead of the API server's and the worker's clock is 2h behind the API server's",
        ),
        (ClockDrift(told=False), "the API server does not say what time it is"),
    ],
    ids=["agree", "within a minute", "T+", "T-", "w+", "w-", "API", "all three", "not told"],
)
def test_whoever_is_more_than_a_minute_off_is_named_with_how_much(drift: ClockDrift, objection: str) -> None:
    assert drift.objection.startswith(objection)
    assert bool(drift.objection) is bool(objection)


def test_of_several_comparisons_the_worst_counts() -> None:
    small, large, untold = ClockDrift(temporal=HOUR), ClockDrift(worker=-2 * HOUR), ClockDrift(told=False)
    assert small.worse(large) == large.worse(small) == large
    assert large.worse(untold) == untold.worse(large) == untold


RECORD = PauseRecord(
    pause_id="p", instance="me", policy="idle", paused_at=NOW - HOUR, original_replicas=3, resume_at=NOW
)
ASLEEP = observe(
    workload(replicas=0, annotations={key: value for key, value in pause_patch(RECORD).items() if value}), PREFIX
)
WISH = Wish(policy="idle", until=NOW)


@pytest.mark.parametrize(
    ("ahead", "since", "act"),
    [
        (0 * HOUR, -MINUTE, "stay"),
        (0 * HOUR, 0 * HOUR, "wake"),
        (3 * HOUR, 0 * HOUR, "stay"),
        (3 * HOUR, 2.9 * HOUR, "stay"),
        (3 * HOUR, 3 * HOUR, "wake"),
        (-3 * HOUR, -MINUTE, "stay"),
        (-3 * HOUR, 0 * HOUR, "wake"),
    ],
)
@pytest.mark.parametrize("around", [{"wish": WISH}, {"policies_known": False}, {"held": True}], ids=str)
def test_a_sleep_ends_when_temporals_clock_and_the_clusters_both_say_so(
    ahead: timedelta, since: timedelta, act: str, around: dict[str, Any]
) -> None:
    consulted = Consultation(seen=ASLEEP, temporal_ahead=ahead, **around)
    assert review(Sleep(record=RECORD), consulted, NOW + since).act == act


@pytest.mark.parametrize("ahead", [3 * HOUR, -3 * HOUR], ids=["ahead", "behind"])
@pytest.mark.parametrize(
    "found",
    [
        {"seen": ASLEEP, "excluded": True, "wish": WISH},
        {"seen": ASLEEP.model_copy(update={"replicas": 5}), "wish": WISH},
        {"seen": ASLEEP.model_copy(update={"revision": "2"}), "wish": WISH},
        {"seen": ASLEEP, "wish": None},
    ],
    ids=["excluded", "raised", "deployed", "nobody wants it asleep"],
)
def test_what_somebody_did_wakes_at_once_whatever_the_clocks(ahead: timedelta, found: dict[str, Any]) -> None:
    consulted = Consultation(temporal_ahead=ahead, **found)
    assert review(Sleep(record=RECORD, revision="1"), consulted, NOW - HOUR / 2).act == "wake"
