"""How much sleep a policy allows, and what a month of it saves."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from cases import COST, policy

from policies.calendar.allowance import HOURS_PER_WEEK, PERIOD, Allowance, allowance_of, allowance_of_all
from policies.calendar.foreseen import describe_saving, saved_per_month
from policies.costs.cost import Requests
from policies.policy.document import EnforcementPolicy
from policies.policy.holidays import SOURCE

NIGHTS = {"from": "Mon-Thu 20:00", "to": "07:00"}
WEEKENDS = {"from": "Fri 20:00", "to": "Mon 07:00"}
ALWAYS = {"from": "00:00", "to": "24:00"}
NOW = datetime(2026, 11, 28, 15, 30, tzinfo=UTC)


def scheduled(*windows: dict[str, str], exceptions: tuple[Any, ...] = (), **spec: Any) -> EnforcementPolicy:
    schedule = {"timeZone": "Europe/Berlin", "asleep": windows, "exceptions": exceptions}
    return policy(minHourlyCost=None, schedule=schedule, **spec)


def hours_a_week(of: EnforcementPolicy, now: datetime = NOW) -> float:
    return allowance_of(of, now).share * HOURS_PER_WEEK


@pytest.mark.parametrize(
    ("allowing", "hours"),
    [
        pytest.param(scheduled(NIGHTS, WEEKENDS), 103, id="nights and weekends"),
        pytest.param(scheduled(NIGHTS, NIGHTS), 44, id="windows that overlap count once"),
        pytest.param(scheduled(ALWAYS), 168, id="around the clock"),
        pytest.param(scheduled(NIGHTS, WEEKENDS, resumeAfter="8h"), 5 * 8, id="the longest sleep, once a window"),
        pytest.param(scheduled(NIGHTS, resumeAfter="12h"), 44, id="a longest sleep that no window reaches"),
        pytest.param(scheduled(NIGHTS, WEEKENDS, cooldownWindow="20h"), 4 * 4 + 52, id="a cooldown into the windows"),
        pytest.param(scheduled(NIGHTS, WEEKENDS, idleWindow="48h"), 11 + 48, id="pods too young to be idle"),
        pytest.param(scheduled(ALWAYS, resumeAfter="12h", cooldownWindow="12h"), 84, id="one sleep after another"),
        pytest.param(policy(), 168, id="no schedule: until somebody wakes it"),
        pytest.param(
            policy(resumeAfter="12h", cooldownWindow="30m"), 168 * 12 / 12.5, id="no schedule: again and again"
        ),
        pytest.param(policy(resumeAfter="12h", idleWindow="48h"), 168 * 12 / 60, id="no schedule: idle first"),
    ],
)
def test_a_policy_allows_so_many_hours_a_week(allowing: EnforcementPolicy, hours: float) -> None:
    assert hours_a_week(allowing) == pytest.approx(hours)


@pytest.mark.parametrize("now", [NOW, datetime(2026, 3, 29, 12, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)])
def test_days_on_which_clocks_change_make_no_difference_in_a_year(now: datetime) -> None:
    assert hours_a_week(scheduled(NIGHTS, WEEKENDS), now) == pytest.approx(103, abs=0.03)


@pytest.mark.parametrize(
    ("exception", "hours"),
    [
        pytest.param({"from": "2026-12-23", "to": "2027-01-03", "keep": "Asleep"}, 8 * 13, id="kept asleep"),
        pytest.param({"from": "2026-12-07", "to": "2026-12-11", "keep": "Awake"}, -(7 + 4 * 11 + 4), id="kept awake"),
        pytest.param({"from": "2025-12-23", "to": "2026-01-03", "keep": "Asleep"}, 0, id="over"),
        pytest.param({"from": "2028-12-23", "to": "2029-01-03", "keep": "Asleep"}, 0, id="too far off"),
    ],
)
def test_a_known_exception_counts_once_a_year(exception: dict[str, str], hours: float) -> None:
    plain, differing = scheduled(NIGHTS, WEEKENDS), scheduled(NIGHTS, WEEKENDS, exceptions=(exception,))
    more = (allowance_of(differing, NOW).share - allowance_of(plain, NOW).share) * PERIOD
    assert more / timedelta(hours=1) == pytest.approx(hours, abs=0.01)


def test_public_holidays_count_like_exceptions() -> None:
    days = {date(2026, 12, 24): "Christmas Eve", date(2027, 5, 6): "Ascension Day"}
    document = scheduled(NIGHTS, WEEKENDS).model_dump(mode="json", by_alias=True, exclude_none=True)
    document["spec"]["schedule"]["holidays"] = {"country": "DE", "keep": "Asleep"}
    made = EnforcementPolicy.model_validate(document, context={SOURCE: lambda _country, _part: days})
    more = (allowance_of(made, NOW).share - allowance_of(scheduled(NIGHTS, WEEKENDS), NOW).share) * PERIOD
    assert more / timedelta(hours=1) == pytest.approx(2 * 13)


def test_hours_that_two_policies_allow_count_once() -> None:
    nights, weekends, both = scheduled(NIGHTS), scheduled(WEEKENDS), scheduled(NIGHTS, WEEKENDS)
    assert allowance_of_all([nights, weekends], NOW) == allowance_of(both, NOW)
    assert allowance_of_all([both, nights, both], NOW) == allowance_of(both, NOW)
    assert allowance_of_all([nights, policy()], NOW).share == 1


@pytest.mark.parametrize(
    ("allowing", "words"),
    [
        (scheduled(NIGHTS, WEEKENDS), "103 of 168 hours a week by its calendar"),
        (policy(resumeAfter="12h"), "161 of 168 hours a week"),
        (policy(), "168 of 168 hours a week"),
    ],
    ids=["calendar", "resumeAfter", "throughout"],
)
def test_it_is_said_in_hours_a_week(allowing: EnforcementPolicy, words: str) -> None:
    assert str(allowance_of(allowing, NOW)) == words


def test_a_month_is_as_much_of_730_hours_as_the_policy_allows() -> None:
    hourly = 3244.17 / 730
    assert saved_per_month(hourly, allowance_of(scheduled(NIGHTS, WEEKENDS), NOW)) == pytest.approx(1989, abs=0.02)
    assert saved_per_month(hourly, Allowance(share=1)) == pytest.approx(3244.17)


def test_a_saving_says_its_rate_its_month_and_what_it_frees() -> None:
    nights = allowance_of(scheduled(NIGHTS, WEEKENDS), NOW)
    assert describe_saving(COST.replace(amount=12), nights, Requests(cpu_cores=2)) == (
        "Saves 12.0000 USD an hour asleep, up to 5,370.71 USD a month at 103 of 168 hours a week by its calendar "
        "(estimate, price list); volumes and load balancers go on costing. It frees 2 cores."
    )


def test_of_a_pause_by_hand_no_month_is_foreseen() -> None:
    assert describe_saving(COST, None, None) == (
        "Saves 0.1200 USD an hour asleep (estimate, price list); volumes and load balancers go on costing."
    )
