"""What a change of policies is about to do, and who would not have gone to sleep without it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cases import COST, NOW, policy, surroundings, workload
from sleepers import sleeper

from activities.runs.surroundings import Gathered
from operations.changes.forecast import Forecast, foresee
from operations.plans.make_plan import ClusterSeen
from policies.costs.cost import CostAnswer
from policies.policy.document import EnforcementPolicy
from policies.runs.first_window import NONE_REMEMBERED, FirstWindow, FirstWindows
from policies.workload import Workload

MORNING = datetime(2026, 11, 24, 6, tzinfo=UTC)
TONIGHT = {"timeZone": "Europe/Berlin", "asleep": [{"from": "Mon-Fri 20:00", "to": "07:00"}]}
LATER = {"timeZone": "Europe/Berlin", "asleep": [{"from": "Mon-Fri 23:00", "to": "07:00"}]}
DAYS = {"timeZone": "Europe/Berlin", "asleep": [{"from": "Tue-Fri 09:00", "to": "18:00"}]}
NIGHTS_AND_DAYS = {"timeZone": "Europe/Berlin", "asleep": [*TONIGHT["asleep"], *DAYS["asleep"]]}
CROWD = tuple(workload("dev-shop" if number < 30 else "dev-web", f"app-{number:02}") for number in range(40))
HELD = FirstWindows(known={"nights": FirstWindow(until=MORNING, paused=15)})
OVER = FirstWindows(known={"nights": FirstWindow(until=NOW - timedelta(days=1), paused=20)})
UNASKED = FirstWindows(unknown=frozenset({"nights"}))


class Prices:
    """Everything costs the same, or nothing is known."""

    answered, kept = "", ""

    def __init__(self, problem: str = "") -> None:
        self.problem = problem

    def quote(self, _: Workload) -> CostAnswer:
        return CostAnswer(unknown_because=self.problem) if self.problem else CostAnswer(cost=COST)


def nights(**spec: Any) -> EnforcementPolicy:
    """By the calendar alone; at NOW, Monday at nine in the evening in Berlin, its window runs."""
    return policy("nights", **{"minHourlyCost": None, "schedule": TONIGHT, **spec})


def forecast(
    new: EnforcementPolicy,
    old: EnforcementPolicy | None = None,
    *,
    costs: str = "",
    first_windows: FirstWindows = NONE_REMEMBERED,
    workloads: tuple[Workload, ...] = CROWD,
) -> Forecast:
    seen = ClusterSeen(at=NOW, workloads=workloads, gathered=Gathered(base=surroundings(), costs=Prices(costs)))
    applied = () if old is None else (old,)
    (made,), _ = foresee([new], applied, (), seen, interval=timedelta(minutes=5), first_windows=first_windows)
    return made


SHOP, ALL = {"namespaces": {"include": ["dev-shop"]}}, {"namespaces": {"include": ["dev-*"]}}


@pytest.mark.parametrize(
    ("old", "new", "more"),
    [
        pytest.param(None, nights(), 40, id="new in Enforce"),
        pytest.param(None, nights(mode="DryRun"), 0, id="new in DryRun"),
        pytest.param(nights(mode="DryRun"), nights(), 40, id="DryRun to Enforce"),
        pytest.param(nights(suspend=True), nights(), 40, id="no longer suspended"),
        pytest.param(nights(), nights(mode="DryRun"), 0, id="Enforce to DryRun"),
        pytest.param(nights(), nights(resumeAfter="4h"), 0, id="a shorter sleep"),
        pytest.param(nights(scope=SHOP), nights(scope=ALL), 10, id="a wider scope"),
        pytest.param(nights(scope=ALL), nights(scope=SHOP), 0, id="a narrower scope"),
        pytest.param(nights(minHourlyCost=9), nights(), 40, id="a threshold that goes"),
        pytest.param(nights(schedule=LATER), nights(), 40, id="a window that runs now and did not"),
        pytest.param(nights(), nights(schedule=LATER), 0, id="a window that begins later"),
        pytest.param(
            nights(limits={"maxActionsPerRun": 5}), nights(limits={"maxActionsPerRun": 12}), 7, id="more in a run"
        ),
        pytest.param(
            nights(limits={"maxAffectedPercent": 10}),
            nights(limits={"maxAffectedPercent": 100}),
            40,
            id="a brake that lets go",
        ),
    ],
)
def test_only_what_goes_to_sleep_because_of_the_change_counts_as_more(
    old: EnforcementPolicy | None, new: EnforcementPolicy, more: int
) -> None:
    assert len(forecast(new, old, first_windows=OVER).more) == more


def test_it_is_told_when_until_when_and_what_share_of_the_cluster() -> None:
    made = forecast(nights(scope=SHOP))
    assert (made.pauses, made.held, made.percent, made.at_once, made.until) == (30, 10, 50, True, MORNING)
    later = forecast(nights(schedule=LATER))
    assert (later.at_once, later.at) == (False, NOW + timedelta(hours=2))


def test_what_it_was_comes_with_the_diff_of_the_document() -> None:
    made = forecast(nights(), nights(mode="DryRun"))
    assert (str(made.was), str(made.standing)) == ("DryRun", "Enforce")
    assert [line for line in made.diff if line[:1] in "+-" and line[:3] not in ("+++", "---")] == [
        "-  mode: DryRun",
        "+  mode: Enforce",
    ]


@pytest.mark.parametrize(
    ("first_windows", "held", "first_run", "percent"),
    [(NONE_REMEMBERED, 20, 20, 50), (HELD, 35, 5, 12.5), (OVER, 0, 40, 100), (UNASKED, 0, 40, 100)],
    ids=["nothing paused yet", "in its first window", "later", "Temporal is away"],
)
def test_the_brake_of_a_first_window_is_told_as_its_runs_remember_it(
    first_windows: FirstWindows, held: int, first_run: int, percent: float
) -> None:
    made = forecast(nights(), nights(mode="DryRun"), first_windows=first_windows)
    assert (made.pauses, made.held, made.first_run, made.percent) == (40, held, first_run, percent)


@pytest.mark.parametrize(
    ("old", "new", "longer"),
    [
        pytest.param(nights(), nights(schedule=DAYS), 40, id="other hours"),
        pytest.param(nights(), nights(schedule=NIGHTS_AND_DAYS), 40, id="more hours"),
        pytest.param(nights(resumeAfter="4h"), nights(), 40, id="a wake that goes"),
        pytest.param(nights(), nights(schedule=LATER), 0, id="fewer hours"),
        pytest.param(nights(), nights(resumeAfter="4h"), 0, id="an earlier wake"),
        pytest.param(nights(mode="DryRun"), nights(schedule=DAYS), 0, id="a dry run so far: all of them are more"),
        pytest.param(nights(), nights(schedule=DAYS, suspend=True), 0, id="suspended from now on"),
    ],
)
def test_who_sleeps_at_hours_at_which_the_policy_had_them_awake_is_counted(
    old: EnforcementPolicy, new: EnforcementPolicy, longer: int
) -> None:
    assert len(forecast(new, old, first_windows=OVER).longer) == longer


def test_also_who_sleeps_already_sleeps_longer() -> None:
    asleep = sleeper("a", resume_at=NOW + timedelta(days=30))
    carrying = asleep.replace(annotations={**asleep.annotations, "finops.io/paused-by": "nights"})
    made = forecast(nights(schedule=NIGHTS_AND_DAYS), nights(), first_windows=OVER, workloads=(carrying,))
    assert (made.more, made.longer) == ((), ("dev-shop/a",))


def test_limits_that_lift_the_brake_of_a_first_window_let_more_go_to_sleep() -> None:
    made = forecast(nights(limits={"maxActionsPerRun": 500}), nights(), first_windows=HELD)
    assert len(made.more) == 35


def test_what_a_source_in_trouble_leaves_open_counts_as_if_it_went_to_sleep() -> None:
    made = forecast(nights(minHourlyCost=0.02), costs="OpenCost does not answer")
    assert (made.pauses, made.undecided, len(made.more)) == (0, 40, 40)


def test_a_source_in_trouble_leaves_nothing_open_that_does_not_ask_it() -> None:
    assert forecast(nights(), costs="OpenCost does not answer").undecided == 0


def test_who_is_idle_when_a_window_begins_is_not_known_before() -> None:
    assert forecast(nights(schedule=LATER, idleWindow="4h")).undecided == 40


def test_a_misspelt_namespace_is_named_with_the_one_that_was_meant() -> None:
    made = forecast(nights(scope={"namespaces": {"include": ["dev-shpo", "dev-w*"]}}))
    assert [str(each) for each in made.unmet] == [
        'include "dev-shpo" meets no namespace that has a Deployment; did you mean dev-shop?'
    ]


def test_what_looks_like_an_operator_is_named() -> None:
    made = forecast(nights(), workloads=(workload(name="redis-operator"), workload(name="web")))
    assert made.controllers == ("dev-shop/redis-operator",)


def test_that_a_first_window_may_be_over_is_told_where_temporal_cannot_be_asked() -> None:
    seen = ClusterSeen(at=NOW, workloads=CROWD, gathered=Gathered(base=surroundings(), costs=Prices()))
    _, unknowns = foresee([nights()], [nights()], (), seen, interval=timedelta(minutes=5), first_windows=UNASKED)
    assert any("whether the first window of nights is over" in each for each in unknowns)


def test_of_those_that_a_change_adds_only_they_that_wait_count_as_waiting() -> None:
    """Five of forty still go to sleep in the first window: the ten that a wider scope adds are all among the others."""
    made = forecast(nights(scope=ALL), nights(scope=SHOP), first_windows=HELD)
    assert (made.held, len(made.more), made.more_held) == (35, 10, 10)
