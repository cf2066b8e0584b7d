"""What the status of a policy in the cluster says, and when it is worth a write."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cases import policy

from policies.resource.status import PolicyFigures, PolicyObservation, PolicyStatus, follow, is_worth_writing

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)  # a Wednesday
HOUR = timedelta(hours=1)
NIGHTS = {"timeZone": "UTC", "asleep": [{"from": "Mon-Fri 20:00", "to": "07:00"}]}
GOOD = PolicyObservation(generation=3, policy=policy("nights", schedule=NIGHTS))


def figures(at: datetime, **seen: Any) -> PolicyFigures:
    return PolicyFigures(at=at, matched=10, paused=4, hourly={"USD": 0.5}, **seen)


def conditions(status: PolicyStatus) -> dict[str, tuple[str, str]]:
    return {each.type: (each.status, each.reason) for each in status.conditions}


@pytest.mark.parametrize(
    ("observation", "told"),
    [
        pytest.param(GOOD, {"Ready": ("True", "InForce"), "Degraded": ("False", "AsWritten")}, id="good"),
        pytest.param(
            PolicyObservation(generation=1, problem='spec.schedule.timeZone: "Mars/Base" is no zone'),
            {"Ready": ("False", "Invalid"), "Degraded": ("True", "Invalid")},
            id="broken",
        ),
        pytest.param(
            PolicyObservation(generation=1, policy=policy("p", suspend=True)),
            {"Ready": ("False", "Suspended"), "Degraded": ("False", "AsWritten")},
            id="suspended",
        ),
        pytest.param(
            GOOD.model_copy(update={"hindrance": ("Held", "A hold is on.")}),
            {"Ready": ("True", "InForce"), "Degraded": ("True", "Held")},
            id="held",
        ),
    ],
)
def test_the_conditions_say_whether_a_policy_is_in_force_and_what_hinders_it(
    observation: PolicyObservation, told: dict[str, tuple[str, str]]
) -> None:
    status = follow(PolicyStatus(), observation, NOW)
    assert conditions(status) == told
    assert {each.observed_generation for each in status.conditions} == {status.observed_generation}


def test_a_condition_keeps_the_time_of_its_last_change() -> None:
    first = follow(PolicyStatus(), GOOD, NOW)
    second = follow(first, GOOD, NOW + HOUR)
    third = follow(second, PolicyObservation(generation=4, problem="wrong"), NOW + 2 * HOUR)
    assert [each.conditions[0].last_transition_time for each in (first, second, third)] == [
        "2026-11-25T12:00:00Z",
        "2026-11-25T12:00:00Z",
        "2026-11-25T14:00:00Z",
    ]


def test_the_next_window_is_told_and_a_policy_without_a_schedule_has_none() -> None:
    status = follow(PolicyStatus(), GOOD, NOW)
    assert (status.next_start, status.next_end) == ("2026-11-25T20:00:00Z", "2026-11-26T07:00:00Z")
    assert follow(status, PolicyObservation(generation=1, policy=policy("p")), NOW).next_start == ""


def test_savings_are_those_of_a_month_with_their_currency() -> None:
    seen = GOOD.model_copy(update={"figures": figures(NOW)})
    status = follow(PolicyStatus(), seen, NOW)
    assert (status.matched_resources, status.paused_resources) == (10, 4)
    assert status.estimated_monthly_savings == "119.49 USD"  # 730 hours, of which 55 of 168 asleep, at 0.50


def test_figures_of_an_older_reconciliation_replace_no_newer_ones() -> None:
    newer = follow(PolicyStatus(), GOOD.model_copy(update={"figures": figures(NOW)}), NOW)
    older = PolicyFigures(at=NOW - HOUR, matched=1)
    assert follow(newer, GOOD.model_copy(update={"figures": older}), NOW).matched_resources == 10


def test_actions_are_added_to_those_that_were_counted_before() -> None:
    before = PolicyStatus(actions_taken=40)
    assert follow(before, GOOD.model_copy(update={"new_actions": 2}), NOW).actions_taken == 42


@pytest.mark.parametrize(
    ("later", "again", "worth"),
    [
        pytest.param(5 * HOUR / 60, {}, False, id="only the time has changed"),
        pytest.param(HOUR, {}, True, id="an hour is over"),
        pytest.param(5 * HOUR / 60, {"new_actions": 1}, True, id="something was done"),
        pytest.param(5 * HOUR / 60, {"generation": 4}, True, id="the policy was edited"),
    ],
)
def test_a_status_is_written_when_it_changed_or_hourly(later: timedelta, again: dict[str, Any], worth: bool) -> None:
    before = follow(PolicyStatus(), GOOD.model_copy(update={"figures": figures(NOW)}), NOW)
    seen = GOOD.model_copy(update={"figures": figures(NOW + later), **again})
    assert is_worth_writing(before, follow(before, seen, NOW + later)) is worth
