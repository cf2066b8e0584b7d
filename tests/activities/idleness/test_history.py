from datetime import datetime, timedelta
from typing import Any

import pytest
from cases import policy, surroundings
from idleactors import END, Actor
from idlecast import CAST
from idlemonth import Month, routing_of

from activities.costs.price_list import PriceListSource
from activities.idleness.history import PastMoment, PrometheusHistory
from activities.idleness.question import IdlenessQuestion
from activities.prometheus.client import Prometheus
from activities.prometheus.expressions import Filters, SeriesScope
from activities.runs.surroundings import Gathered
from operations.plans.backtest import Backtest, replay, terms_to_ask
from policies.checks.reasons import Reason
from policies.costs.prices import PriceList
from policies.idleness.answers import IdlenessVerdict
from policies.idleness.terms import terms_of
from policies.idleness.verdict import judge_idleness
from policies.policy.document import EnforcementPolicy
from policies.runs.replay import ReplayedSleep, WokenBy

HOUR = timedelta(hours=1)
MONDAY = END - timedelta(days=7)


def asking(**spec: Any) -> EnforcementPolicy:
    return policy(**({"minHourlyCost": None, "idleWindow": "48h"} | spec))


def moments(at: Month, under: EnforcementPolicy, first: datetime, step: timedelta, count: int) -> list[PastMoment]:
    history = PrometheusHistory(Prometheus(at.client, seconds=60), lambda: routing_of(at.actors))
    terms = terms_to_ask(under, [first + step * number for number in range(count)])
    question = IdlenessQuestion.of(terms, SeriesScope.of(under.spec.scope, Filters()))
    progress: list[tuple[int, int]] = []
    found = list(history.moments(question, first, step, count, lambda done, total: progress.append((done, total))))
    assert [moment.at for moment in found] == [first + step * number for number in range(count)]
    assert progress[-1][0] == progress[-1][1] == len(progress)
    return found


def backtest(at: Month, under: EnforcementPolicy, first: datetime, count: int) -> Backtest:
    base = Backtest(policy=under.name, mode=under.spec.mode, zone="UTC", first=first, last=first, every=HOUR)
    costs = PriceListSource(PriceList()).fetch(first)
    gathered = Gathered(base=surroundings(), costs=costs)
    workloads = [actor.workload for actor in at.actors]
    return replay(under, workloads, gathered, moments(at, under, first, HOUR, count), base)


def sleeps_of(made: Backtest, actor: str) -> list[ReplayedSleep]:
    return [sleep for sleep in made.sleeps if sleep.ref.name == actor]


@pytest.mark.thorough
def test_the_past_is_judged_as_the_present_was(month: Month) -> None:
    under = asking()
    for moment in moments(month, under, END - timedelta(hours=40), timedelta(hours=13), 4):
        terms = terms_of(under, moment.at)
        assert terms is not None
        live = month.judge(under, moment.at)
        for actor in CAST:
            replayed = judge_idleness(actor.workload, moment.observed.of(actor.workload), terms)
            assert (replayed.verdict is IdlenessVerdict.IDLE) == (live[actor.name].verdict is IdlenessVerdict.IDLE), (
                actor.name
            )
            if replayed.verdict is IdlenessVerdict.IDLE:
                assert (replayed.sentence, replayed.gate) == (live[actor.name].sentence, live[actor.name].gate)


@pytest.mark.thorough
def test_the_number_of_queries_grows_with_weeks_and_not_with_workloads(few: Month, month: Month) -> None:
    numbers = []
    for at, hours in ((few, 1), (month, 1), (few, 168), (few, 169)):
        asked: list[str] = []
        at.client.event_hooks["request"] = [lambda request, found=asked: found.append(request.url.path)]
        moments(at, asking(), END - hours * HOUR, HOUR, hours)
        at.client.event_hooks["request"] = []
        numbers.append(len(asked))
    assert numbers == [41, 41, 41, 80]


def test_what_is_idle_sleeps_and_what_is_not_stays_awake(few: Month) -> None:
    made = backtest(few, asking(), MONDAY, 168)
    assert {sleep.ref.name for sleep in made.sleeps} == {"probe-only", "idle-behind-ingress"}
    assert made.regrets == ()
    assert made.left_alone == {"NotIdle": 1, "IdleUnknown": 1}
    assert made.hours_asleep == 2 * 167
    assert made.avoided.amount == pytest.approx(sum(sleep.avoided or 0 for sleep in made.sleeps))
    assert (made.avoided.currency, made.moments, made.deployments) == ("USD", 168, 4)


def test_without_the_season_gate_the_monday_after_a_weekend_is_regretted(few: Month) -> None:
    made = backtest(few, asking(seasonGate="Off"), MONDAY - timedelta(days=2), 72)
    (sleep,) = sleeps_of(made, "busy-by-day")
    assert (sleep.paused_at, sleep.woke_at) == (MONDAY - 5 * HOUR, MONDAY + 8 * HOUR)
    assert sleep.woken_by is WokenBy.WORK
    assert sleep.regret.startswith("CPU of 0.")
    assert made.regrets == (sleep,)


def test_a_sleep_that_ends_before_the_work_begins_is_not_regretted(few: Month) -> None:
    made = backtest(few, asking(seasonGate="Off", resumeAfter="12h"), MONDAY - timedelta(days=2), 72)
    (sleep,) = sleeps_of(made, "busy-by-day")
    assert (sleep.woken_by, sleep.regret) == (WokenBy.TIME, "")


def test_a_cost_below_the_threshold_is_left_alone_in_the_past_too(few: Month) -> None:
    made = backtest(few, asking(minHourlyCost=5), MONDAY, 3)
    assert (made.sleeps, made.left_alone[Reason.COST_BELOW_THRESHOLD]) == ((), 2)


def test_a_policy_that_asks_for_no_idleness_is_regretted_by_what_worked(few: Month) -> None:
    made = backtest(few, asking(idleWindow=None, minHourlyCost=0), MONDAY, 12)
    by_name = {actor.name: sleeps_of(made, actor.name) for actor in few.actors}
    assert [sleep.regret for sleep in by_name["probe-only"]] == [""]
    assert by_name["busy-by-day"][0].regret.startswith("CPU of 0.")


def test_pods_that_are_younger_than_the_window_are_known_by_their_series(month: Month) -> None:
    under = asking(seasonGate="Off")
    (moment,) = moments(month, under, END - HOUR, HOUR, 1)
    terms = terms_of(under, moment.at)
    assert terms is not None
    young = next(actor for actor in CAST if actor.name == "young-pods")
    assert "less than 48h" in judge_of(moment, young, under)


def judge_of(moment: PastMoment, actor: Actor, under: EnforcementPolicy) -> str:
    terms = terms_of(under, moment.at)
    assert terms is not None
    return judge_idleness(actor.workload, moment.observed.of(actor.workload), terms).sentence
