from datetime import timedelta

import pytest
from cases import COST, NOW, workload
from sleepers import sleeper

from activities.prometheus.node_hours import NodeHours
from cli.commands.ask.savings import read_period
from operations.errors import UsageProblem
from operations.past.period_memory import Remembered
from operations.past.savings import Past, Present, look_at, reckon
from policies.sleep.ledger import Period, Slept

MONTH = Period(since=NOW - timedelta(days=30), until=NOW)


def test_who_sleeps_now_is_who_is_at_zero_under_a_record_of_ours() -> None:
    running = workload(name="running", annotations=sleeper("x").annotations)
    present = look_at([sleeper("a"), sleeper("b", instance="them"), sleeper("c", original="many"), running], "me")
    assert [sleep.ref.name for sleep in present.sleeps] == ["a"]
    assert (present.strangers, present.unreadable) == (1, 1)


def test_where_nobody_knows_who_we_are_all_are_counted() -> None:
    assert len(look_at([sleeper("a"), sleeper("b", instance="them")], None).sleeps) == 2


def test_what_a_sleep_frees_is_its_requests_times_its_count() -> None:
    (sleep,) = look_at([sleeper("a", original="4")], "me").sleeps
    assert (sleep.freed.cpu_cores, sleep.freed.memory_bytes) == (4, 4 * 2**30)


def test_the_halves_are_put_together_and_each_sleep_counts_once() -> None:
    present = look_at([sleeper("a")], "me")
    (now,) = present.sleeps
    lost = now.model_copy(update={"end": NOW - timedelta(minutes=30), "cost": COST})
    over = Slept(
        ref=now.ref, policy="idle-dev", start=NOW - timedelta(hours=9), end=NOW - timedelta(hours=8), cost=COST
    )
    past = Past(remembered=Remembered(sleeps=(lost, over), unreadable=2), since=NOW - timedelta(days=9))
    made = reckon(MONTH, present, past, NodeHours(before=960, during=700))
    (entry,) = made.workloads
    assert (entry.asleep, entry.sleeps, entry.slept_hours) == (1, 2, 2)
    assert entry.avoided == pytest.approx(2 * 0.12)
    assert (made.unreadable, made.data_since) == (2, NOW - timedelta(days=9))
    assert made.realised.startswith("700 node-hours in this period, 960 in as long a time before it: 260 fewer")


def test_a_half_that_is_missing_is_told() -> None:
    assert reckon(MONTH, Present(trouble="no cluster"), Past(), NodeHours(problem="x")).troubles == ("no cluster",)


def test_a_period_is_of_whole_days_and_ends_now_at_the_latest() -> None:
    assert read_period(None, None, NOW) == MONTH
    today = read_period(NOW.astimezone().date().isoformat(), NOW.astimezone().date().isoformat(), NOW)
    assert today.until == NOW
    assert today.since <= NOW
    week = read_period("2026-11-01", "2026-11-07", NOW)
    assert week.until - week.since == timedelta(days=7)


@pytest.mark.parametrize(
    ("since", "until", "words"),
    [
        ("yesterday", None, "--from 'yesterday' is no day and no time"),
        (None, "2026-11-20T10:00", "--to '2026-11-20T10:00' is no day and no time"),
        ("2026-11-20", "2026-11-10", "--from must lie before --to"),
        ("9999-12-31", None, "and in the past"),
    ],
)
def test_what_is_no_period_is_refused(since: str | None, until: str | None, words: str) -> None:
    with pytest.raises(UsageProblem, match=words):
        read_period(since, until, NOW)
