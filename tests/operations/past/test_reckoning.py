"""The figures of a period, put together from who sleeps now and who slept."""

from datetime import timedelta

import pytest
from cases import COST, NOW, workload
from sleepers import sleeper

from activities.prometheus.node_hours import NodeHours
from operations.past.past_sleeps import PastSleeps
from operations.past.reckoning import SleepingNow, find_sleeping, reckon
from operations.past.sources import SleptBefore
from policies.sleep.ledger import Period, Slept

MONTH = Period(since=NOW - timedelta(days=30), until=NOW)


def test_who_sleeps_now_is_who_is_at_zero_under_a_record_of_ours() -> None:
    running = workload(name="running", annotations=sleeper("x").annotations)
    sleeping = find_sleeping(
        [sleeper("a"), sleeper("b", instance="them"), sleeper("c", original="many"), running], "me"
    )
    assert [sleep.ref.name for sleep in sleeping.sleeps] == ["a"]
    assert (sleeping.strangers, sleeping.unreadable) == (1, 1)


def test_where_nobody_knows_who_we_are_all_are_counted() -> None:
    assert len(find_sleeping([sleeper("a"), sleeper("b", instance="them")], None).sleeps) == 2


def test_what_a_sleep_frees_is_its_requests_times_its_count() -> None:
    (sleep,) = find_sleeping([sleeper("a", original="4")], "me").sleeps
    assert (sleep.freed.cpu_cores, sleep.freed.memory_bytes) == (4, 4 * 2**30)


def test_the_halves_are_put_together_and_each_sleep_counts_once() -> None:
    sleeping = find_sleeping([sleeper("a")], "me")
    (now,) = sleeping.sleeps
    lost = now.model_copy(update={"end": NOW - timedelta(minutes=30), "cost": COST})
    over = Slept(
        ref=now.ref, policy="idle-dev", start=NOW - timedelta(hours=9), end=NOW - timedelta(hours=8), cost=COST
    )
    slept = SleptBefore(found=PastSleeps(sleeps=(lost, over), unreadable=2), since=NOW - timedelta(days=9))
    made = reckon(MONTH, sleeping, slept, NodeHours(before=960, during=700))
    (entry,) = made.workloads
    assert (entry.asleep, entry.sleeps, entry.slept_hours) == (1, 2, 2)
    assert entry.avoided == pytest.approx(2 * 0.12)
    assert (made.unreadable, made.data_since) == (2, NOW - timedelta(days=9))
    assert made.realised.startswith("700 node-hours in this period, 960 in as long a time before it: 260 fewer")


def test_a_half_that_is_missing_is_told() -> None:
    made = reckon(MONTH, SleepingNow(trouble="no cluster"), SleptBefore(), NodeHours(problem="x"))
    assert made.troubles == ("no cluster",)


@pytest.mark.parametrize(
    ("annotations", "hours"),
    [
        pytest.param({"finops.io/resumed-at": "2026-11-23T18:30:00Z"}, 1.5, id="its note tells when"),
        pytest.param({"finops.io/resumed-at": "2026-11-22T18:30:00Z"}, 3, id="the note is of an earlier wake"),
        pytest.param({}, 3, id="scaled up, nobody knows when"),
    ],
)
def test_a_sleep_whose_end_nobody_has_noticed_yet_is_counted(annotations: dict[str, str], hours: float) -> None:
    awake = workload(name="a", annotations=annotations)
    unnoticed = Slept(ref=awake.ref, policy="idle-dev", start=NOW - timedelta(hours=3), pause_id="p-1", cost=COST)
    slept = SleptBefore(found=PastSleeps(going_on=(unnoticed,)))
    (entry,) = reckon(MONTH, find_sleeping([awake], "me"), slept, NodeHours(problem="x")).workloads
    assert (entry.asleep, entry.sleeps, entry.slept_hours) == (0, 1, hours)
    assert reckon(MONTH, SleepingNow(trouble="no cluster"), slept, NodeHours(problem="x")).workloads == ()


def test_a_sleep_whose_record_was_taken_away_goes_on_while_it_is_at_zero() -> None:
    bare = workload(name="a", replicas=0)
    known = Slept(ref=bare.ref, policy="idle-dev", start=NOW - timedelta(hours=3), pause_id="p-1", cost=COST)
    slept = SleptBefore(found=PastSleeps(going_on=(known,)))
    (entry,) = reckon(MONTH, find_sleeping([bare], "me"), slept, NodeHours(problem="x")).workloads
    assert (entry.asleep, entry.slept_hours) == (1, 3)
