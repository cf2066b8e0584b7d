"""What a month of every kind of workload is taken for. A busy one that is called idle is the error that must not be."""

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cases import policy
from idleactors import END, Actor
from idlecast import BUSY, CAST, IDLE, UNCLEAR
from idlemonth import Month, remembered

from policies.idleness.answers import IdleAnswer, IdlenessVerdict
from policies.policy.document import EnforcementPolicy

MOMENTS = tuple(END - timedelta(hours=1 + 19 * number) for number in range(9))
"""Through a week, at all times of day."""
HALF_A_DAY = timedelta(hours=12)

Table = dict[str, Counter[IdlenessVerdict]]


def asking(**spec: Any) -> EnforcementPolicy:
    return policy(**({"minHourlyCost": None, "idleWindow": "48h"} | spec))


def show(tell: Callable[[str, str], None], title: str, table: Table) -> None:
    """Have the table printed when the tests are over."""
    lines = [f"{title}: verdicts at {len(MOMENTS)} moments of a week"]
    lines.append(f"{'in truth':9}{'workload':24}{'idle':>6}{'busy':>6}{'unknown':>9}")
    for actor in CAST:
        counted = [table[actor.name][verdict] for verdict in IdlenessVerdict]
        lines.append(f"{actor.truth:9}{actor.name:24}{counted[0]:6}{counted[1]:6}{counted[2]:9}")
    for truth, actors in (("idle", IDLE), ("busy", BUSY), ("unclear", UNCLEAR)):
        total: Counter[IdlenessVerdict] = sum((table[actor.name] for actor in actors), Counter())
        told = ", ".join(f"{total[verdict]} {verdict}" for verdict in IdlenessVerdict)
        lines.append(f"{truth} in truth, asked {len(actors) * len(MOMENTS)} times: {told}")
    tell("table", "\n".join(lines))


def tabulate(month: Month, under: EnforcementPolicy) -> Table:
    table: Table = defaultdict(Counter)
    for moment in MOMENTS:
        for name, answer in month.judge(under, moment).items():
            table[name][answer.verdict] += 1
    return table


def called_idle(table: Table, actors: tuple[Actor, ...]) -> dict[str, int]:
    return {
        actor.name: table[actor.name][IdlenessVerdict.IDLE]
        for actor in actors
        if table[actor.name][IdlenessVerdict.IDLE]
    }


def test_no_busy_workload_is_ever_called_idle_and_every_idle_one_is_found(
    month: Month, record_property: Callable[[str, str], None]
) -> None:
    table = tabulate(month, asking())
    show(record_property, "idleWindow 48h, until somebody wakes it", table)
    assert called_idle(table, BUSY + UNCLEAR) == {}
    assert called_idle(table, IDLE) == {actor.name: len(MOMENTS) for actor in IDLE}


def test_a_short_sleep_is_allowed_between_two_jobs_and_never_into_one(
    month: Month, record_property: Callable[[str, str], None]
) -> None:
    under = asking(resumeAfter="12h")
    table: Table = defaultdict(Counter)
    slept_into_work: list[tuple[str, datetime]] = []
    for moment in MOMENTS:
        for actor, answer in zip(CAST, month.judge(under, moment).values(), strict=True):
            table[actor.name][answer.verdict] += 1
            if answer.verdict is IdlenessVerdict.IDLE and works_within(actor, moment, HALF_A_DAY):
                slept_into_work.append((actor.name, moment))
    show(record_property, "idleWindow 48h, resumeAfter 12h", table)
    assert slept_into_work == []
    assert called_idle(table, UNCLEAR) == {}
    assert table["weekly-batch"][IdlenessVerdict.IDLE] > 0


def works_within(actor: Actor, moment: datetime, span: timedelta) -> bool:
    """Whether it is truly at work at any time of that span."""
    minutes = range(int(span / timedelta(minutes=1)))
    return any(actor.at_work(moment + timedelta(minutes=minute)) for minute in minutes)


@pytest.mark.parametrize(
    ("name", "because"),
    [
        ("busy-by-day", "a week ago it was busy in the 168h that it would sleep through"),
        ("weekly-batch", "CPU: pod weekly-batch-7d9f8c6b5-x2x4z: peak"),
        ("fortnightly-batch", "weeks ago it was busy"),
        ("nightly-batch", "CPU: pod nightly-batch-7d9f8c6b5-x2x4z: peak"),
        ("small-nightly-batch", "CPU: pod small-nightly-batch-7d9f8c6b5-x2x4z: peak"),
        ("queue-worker", "CPU: pod queue-worker-7d9f8c6b5-x2x4z: peak"),
        ("leader-and-standby", "CPU: pod leader-and-standby-7d9f8c6b5-x2x4z: mean"),
        ("standby-leader", "2 weeks ago it was busy"),
        ("scaled-down", "CPU: pod scaled-down-7d9f8c6b5-"),
        ("hidden-in-a-gap", "were used while no samples came"),
        ("few-requests", "requests: "),
        ("growing", "memory: pod growing-7d9f8c6b5-x2x4z moved between"),
        ("young-pods", "less than 48h"),
        ("one-week-old", "history of 1 whole week where 2 are needed"),
        ("long-gap", "was seen, 90% are needed"),
        ("no-number", "its figures are not numbers"),
        ("exactly-zero", "it is exactly 0, and that is no data"),
        ("never-measured", "1 of the 2 signals needed can be seen (not there: CPU, requests, average CPU)"),
        ("half-measured", "1 of 2 pods without any"),
        ("silent", "0 of the 2 signals needed can be seen"),
    ],
)
def test_what_is_not_idle_on_sunday_night_says_why(sunday: dict[str, IdleAnswer], name: str, because: str) -> None:
    assert because in sunday[name].sentence


@pytest.fixture(scope="module")
def sunday(month: Month) -> dict[str, IdleAnswer]:
    """Everybody's verdict after a weekend."""
    return month.judge(asking(), END - timedelta(hours=1))


def test_without_the_gate_a_weekend_makes_a_weekday_service_idle_which_is_why_it_is_there(month: Month) -> None:
    answer = month.judge(asking(seasonGate="Off"), END - timedelta(hours=1))["busy-by-day"]
    assert answer.verdict is IdlenessVerdict.IDLE
    assert answer.gate == "the policy says seasonGate: Off, so past weeks were not asked"


def test_a_prometheus_that_was_restarted_empty_knows_nothing_of_anybody(tmp_path: Path) -> None:
    with remembered(tmp_path, CAST, begin=END - timedelta(hours=6)) as forgetful:
        answers = forgetful.judge(asking(seasonGate="Off"), END - timedelta(hours=1))
    assert {name for name, answer in answers.items() if answer.verdict is IdlenessVerdict.IDLE} == set()
    assert "only 1" in answers["probe-only"].sentence


@pytest.mark.thorough
def test_with_nine_days_of_history_only_a_window_of_a_week_finds_anybody(tmp_path: Path) -> None:
    moment = END - timedelta(hours=1)
    with remembered(tmp_path, CAST, begin=END - timedelta(days=9)) as young:
        short, long = young.judge(asking(), moment), young.judge(asking(idleWindow="168h"), moment)
    assert {name for name, answer in short.items() if answer.verdict is IdlenessVerdict.IDLE} == set()
    found = {name for name, answer in long.items() if answer.verdict is IdlenessVerdict.IDLE}
    assert found == {actor.name for actor in IDLE} | {"one-week-old"}
    assert "history of 1 whole week" in long["probe-only"].gate
