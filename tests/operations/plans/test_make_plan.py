from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cases import COST, NOW, policy, surroundings, workload
from sleepers import sleeper

from activities.kube.objects.budgets import Budget
from activities.kube.objects.cron_jobs import CronJob
from activities.runs.surroundings import Gathered
from operations.plans.make_plan import ClusterSeen, make_plan
from operations.plans.plan import Plan
from policies.checks import Surroundings
from policies.checks.platforms import SHIPPED_PROTECTED
from policies.checks.reasons import Reason
from policies.costs.cost import CostAnswer
from policies.policy.document import EnforcementPolicy
from policies.policy.selectors import LabelSelector
from policies.workload import Workload

INTERVAL = timedelta(minutes=5)


class FixedCosts:
    """Every Deployment costs the same, except those it knows nothing of."""

    answered = ""

    def __init__(self, *unknown: str, problem: str = "", kept: str = "") -> None:
        self._unknown, self.problem, self.kept = unknown, problem, kept

    def quote(self, workload: Workload) -> CostAnswer:
        if workload.ref.name in self._unknown:
            return CostAnswer(unknown_because="it requests nothing")
        return CostAnswer(cost=COST)


def plan(
    *workloads: Workload,
    policies: tuple[EnforcementPolicy, ...] = (policy(),),
    costs: FixedCosts | None = None,
    around: Surroundings | None = None,
    instance: str | None = "me",
    at: datetime | None = None,
    cron_jobs: Sequence[CronJob] = (),
    budgets: Sequence[Budget] = (),
    namespace: str | None = None,
) -> Plan:
    gathered = Gathered(base=around or surroundings(), costs=costs or FixedCosts())
    seen = ClusterSeen(
        at=NOW,
        workloads=workloads,
        gathered=gathered,
        instance=instance,
        cron_jobs=cron_jobs,
        budgets=budgets,
        namespace=namespace,
    )
    return make_plan(policies, seen, interval=INTERVAL, at=at)


def test_what_would_be_paused_comes_with_its_saving() -> None:
    made = plan(workload(name="a"), workload(name="b", annotations={"finops.io/exclude": "true"}))
    (of_policy,) = made.policies
    assert [str(decision.ref) for decision in of_policy.pauses] == ["dev-shop/a"]
    assert made.saving.hourly == pytest.approx(0.12)
    assert made.saving.per_month_by_calendar == pytest.approx(0.12 * 730)
    assert of_policy.counts == {Reason.PAUSE: 1, Reason.EXCLUDED: 1}


def week(begin: str, end: str) -> dict[str, Any]:
    return {"timeZone": "UTC", "asleep": [{"from": begin, "to": end}]}


WEEKEND = policy(schedule=week("Fri 20:00", "Mon 07:00"))
FRIDAY = datetime(2026, 11, 27, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "judged", "reason"),
    [
        (None, FRIDAY, Reason.PAUSE),
        (NOW, NOW, Reason.OUTSIDE_SCHEDULE),
        (FRIDAY + timedelta(hours=3), FRIDAY + timedelta(hours=3), Reason.PAUSE),
        (FRIDAY + timedelta(days=5), FRIDAY + timedelta(days=5), Reason.OUTSIDE_SCHEDULE),
    ],
    ids=["at its next window", "now", "at an instant inside", "at one outside"],
)
def test_a_policy_with_a_schedule_is_judged_at_its_next_window_or_at_the_instant_that_was_asked_for(
    at: datetime | None, judged: datetime, reason: Reason
) -> None:
    (of_policy,) = plan(workload(name="a"), policies=(WEEKEND,), at=at).policies
    assert (of_policy.judged_at, of_policy.counts) == (judged, {reason: 1})


def test_inside_a_window_a_policy_is_judged_now() -> None:
    running = policy(schedule={"timeZone": "UTC", "asleep": [{"from": "Mon 18:00", "to": "Tue 07:00"}]})
    (of_policy,) = plan(workload(name="a"), policies=(running,)).policies
    assert (of_policy.judged_at, of_policy.counts) == (NOW, {Reason.PAUSE: 1})


def test_a_sleeper_is_no_new_saving() -> None:
    made = plan(sleeper("a"))
    (sleep,) = made.sleepers
    assert made.saving.hourly == 0
    assert (sleep.policy, sleep.original_replicas, sleep.ours) == ("idle-dev", 3, True)


@pytest.mark.parametrize(
    ("wakes", "pauses", "asleep"),
    [(FRIDAY - timedelta(hours=1), ["dev-shop/a"], 0), (FRIDAY + timedelta(hours=1), [], 1), (None, [], 1)],
    ids=["before the window", "after it began", "never by itself"],
)
def test_what_sleeps_now_and_wakes_before_the_window_goes_to_sleep_in_it_again(
    wakes: datetime | None, pauses: list[str], asleep: int
) -> None:
    (of_policy,) = plan(sleeper("a", resume_at=wakes, cost=COST), policies=(WEEKEND,), costs=FixedCosts("a")).policies
    assert [str(each.ref) for each in of_policy.pauses] == pauses
    assert (of_policy.census.deployments, of_policy.census.asleep) == (1, asleep)
    assert of_policy.saving.hourly == pytest.approx(0.12 * len(pauses))


def test_a_sleeper_with_a_garbage_count_says_so() -> None:
    (sleep,) = plan(sleeper("a", original="many")).sleepers
    assert "'many'" in sleep.problem


def test_a_deployment_that_two_policies_would_pause_counts_once() -> None:
    made = plan(workload(name="a"), policies=(policy("one"), policy("two")))
    assert made.saving.hourly == pytest.approx(0.12)
    assert made.saving.per_month_by_calendar == pytest.approx(0.12 * 730)


def test_a_month_is_that_of_the_policys_calendar_and_of_two_calendars_together() -> None:
    weekend, night = policy("w", schedule=week("Fri 20:00", "Mon 07:00")), policy("n", schedule=week("20:00", "07:00"))
    made = plan(workload(name="a"), policies=(weekend, night))
    savings = [*(each.saving for each in made.policies), made.saving]
    months = [each.per_month_by_calendar for each in savings]
    assert months == [pytest.approx(0.12 * 730 * hours / 168, rel=1e-6) for hours in (59, 77, 59 + 4 * 11)]


@pytest.mark.parametrize(("count", "limit", "minutes"), [(1, 20, 0), (20, 20, 0), (21, 20, 5), (45, 20, 10)], ids=str)
def test_the_limit_says_when_the_last_one_would_be_asleep(count: int, limit: int, minutes: int) -> None:
    many = (workload(name=f"app-{number:02}") for number in range(count))
    (of_policy,) = plan(*many, policies=(policy(limits={"maxActionsPerRun": limit}),)).policies
    assert of_policy.last_asleep_at == NOW + timedelta(minutes=minutes)


def test_the_brake_is_foreseen() -> None:
    (of_policy,) = plan(workload(name="a"), policies=(policy(limits={"maxAffectedPercent": 10}),)).policies
    assert of_policy.brake is not None
    assert "maxAffectedPercent" in str(of_policy.brake)


def test_costs_that_nobody_knows_are_counted_and_not_summed() -> None:
    made = plan(workload(name="a"), workload(name="b"), costs=FixedCosts("b"))
    (of_policy,) = made.policies
    assert of_policy.considered.hourly == pytest.approx(0.12)
    assert of_policy.considered.unknown == 1


def test_a_namespace_that_is_called_like_an_operators_is_told_of() -> None:
    around = surroundings(protected_namespaces=SHIPPED_PROTECTED, unprotected_namespaces=("chat-system",))
    made = plan(*(workload(namespace=each) for each in ("billing-system", "chat-system", "velero")), around=around)
    (of_policy,) = made.policies
    assert of_policy.counts == {Reason.PROTECTED: 2, Reason.PAUSE: 1}
    assert made.taken_for_operators == ("billing-system",)


def test_what_a_worker_does_with_an_earlier_answer_is_said_also_where_there_is_none_now() -> None:
    kept = "a worker acts on the last answer it was given"
    assert plan(workload(), costs=FixedCosts(kept=kept)).costs_kept == kept
    assert (
        f"what anything costs: it is dead; {kept}"
        in plan(workload(), costs=FixedCosts(problem="it is dead", kept=kept)).unknowns
    )


def test_a_caveat_is_told_only_of_what_would_be_paused() -> None:
    kept = {"finops.io/exclude": "true"}
    made = plan(
        workload(name="a", keeps_data_in_empty_dir=True),
        workload(name="b", keeps_data_in_empty_dir=True, annotations=kept),
    )
    assert [str(caveat.ref) for caveat in made.caveats] == ["dev-shop/a"]


def test_cron_jobs_are_told_where_something_would_be_paused_beside_them() -> None:
    jobs = (CronJob("dev-shop", "report", "@hourly"), CronJob("quiet", "report", "@hourly"))
    made = plan(workload(name="a"), cron_jobs=jobs)
    assert [str(caveat.ref) for caveat in made.caveats] == ["dev-shop/report"]


def test_a_budget_that_is_not_met_while_its_pods_sleep_is_told() -> None:
    budget = Budget("dev-shop", "web", 1, LabelSelector())
    (caveat,) = plan(workload(name="a"), workload(namespace="quiet", replicas=0), budgets=(budget,)).caveats
    assert caveat.sentence.startswith("is in the PodDisruptionBudget web, which wants 1 of its pods")


def test_of_one_namespace_only_that_is_told_and_the_share_is_still_the_clusters() -> None:
    everything = (
        workload(name="a"),
        workload(name="b", namespace="dev-search"),
        sleeper("c"),
        sleeper("d", namespace="dev-search"),
    )
    whole, part = plan(*everything), plan(*everything, namespace="dev-search")
    assert [str(each.ref) for each in part.policies[0].decisions] == ["dev-search/b", "dev-search/d"]
    assert [str(each.ref) for each in part.sleepers] == ["dev-search/d"]
    assert part.policies[0].counts == {Reason.PAUSE: 1, Reason.ALREADY_PAUSED: 1}
    assert part.saving.hourly == pytest.approx(0.12)
    assert part.census == whole.census
    assert (part.policies[0].first_run, whole.policies[0].first_run) == (2, 2)
