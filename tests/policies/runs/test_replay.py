from datetime import timedelta
from typing import Any

import pytest
from cases import COST, NOW, case, policy, workload

from policies.annotations import EXCLUDE
from policies.checks.decision import Decision, evaluate
from policies.checks.reasons import Reason
from policies.runs.replay import ReplayedLife, ReplayedSleep, WokenBy, as_it_ran
from policies.workload import Writer

HOUR = timedelta(hours=1)
PAUSE = evaluate(case())
LEAVE = PAUSE.model_copy(update={"reason": Reason.NOT_IDLE})


def live(
    hours: int, *, work: dict[int, str] | None = None, decision: Decision = PAUSE, **spec: Any
) -> list[ReplayedSleep]:
    """A life of so many hours from NOW on, with this work in its hours, judged whenever it may be."""
    life = ReplayedLife(policy(**spec), PAUSE.ref)
    for hour in range(hours + 1):
        at = NOW + hour * HOUR
        if life.is_asleep:
            life.pass_by(at, (work or {}).get(hour, ""))
        if life.may_be_judged(at):
            life.judge(at, decision)
    life.end(NOW + hours * HOUR)
    return life.sleeps


def spans(sleeps: list[ReplayedSleep]) -> list[tuple[float, float, WokenBy]]:
    return [((each.paused_at - NOW) / HOUR, (each.woke_at - NOW) / HOUR, each.woken_by) for each in sleeps]


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        pytest.param({"hours": 5}, [(0, 5, "nobody")], id="without an end it sleeps on"),
        pytest.param({"hours": 5, "decision": LEAVE}, [], id="what the policy leaves alone never sleeps"),
        pytest.param(
            {"hours": 5, "resumeAfter": "3h", "cooldownWindow": "90m"},
            [(0, 3, "its time"), (5, 5, "nobody")],
            id="it wakes at its time, and is left alone for the cooldown",
        ),
        pytest.param(
            {"hours": 9, "resumeAfter": "2h", "idleWindow": "4h"},
            [(0, 2, "its time"), (6, 8, "its time")],
            id="its pods are new then, and have to be older than the idle window",
        ),
        pytest.param(
            {"hours": 3, "resumeAfter": "150m"}, [(0, 2.5, "its time"), (3, 3, "nobody")], id="also between two moments"
        ),
        pytest.param(
            {"hours": 8, "resumeAfter": "6h", "idleWindow": "4h", "work": {2: "3 requests"}},
            [(0, 2, "work"), (6, 8, "nobody")],
            id="work ends it",
        ),
    ],
)
def test_a_life_under_a_policy_is_a_row_of_sleeps(how: dict[str, Any], expected: list[Any]) -> None:
    assert spans(live(**how)) == expected


def test_a_sleep_that_work_fell_into_is_regretted_and_one_that_wakes_first_is_not() -> None:
    sleeps = live(8, work={2: "3 requests", 6: "CPU of 0.4000 cores a pod"}, resumeAfter="2h", cooldownWindow="1h")
    assert [sleep.regret for sleep in sleeps] == ["3 requests", "", ""]


def test_a_sleep_avoids_its_hours_at_the_price_of_today() -> None:
    (sleep,) = live(5)
    assert sleep.cost == COST
    assert sleep.avoided == pytest.approx(5 * COST.amount)


def test_of_a_deployment_only_its_shape_is_taken_into_a_time_before_its_last_change() -> None:
    later = NOW + timedelta(days=3)
    changed = workload(
        created_at=later,
        writers=(Writer(manager="helm", time=later, writes_spec=True),),
        annotations={"finops.io/resumed-at": "garbage", EXCLUDE: "true", "other": "kept"},
    )
    then = as_it_ran(changed, NOW)
    assert then.created_at < NOW
    assert then.writers == ()
    assert then.annotations == {EXCLUDE: "true", "other": "kept"}
    assert (then.requests, then.labels) == (changed.requests, changed.labels)


def test_what_was_left_alone_since_is_as_it_was() -> None:
    assert as_it_ran(workload(), NOW) == workload()


@pytest.mark.parametrize(("recorded", "replicas"), [("4", 4), ("many", 1)])
def test_what_sleeps_now_was_awake_then(recorded: str, replicas: int) -> None:
    asleep = workload(replicas=0, annotations={"finops.io/paused": "true", "finops.io/original-replicas": recorded})
    then = as_it_ran(asleep, NOW)
    assert (then.replicas, then.annotations) == (replicas, {})
