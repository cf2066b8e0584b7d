"""What is asked before policies change, and what goes through where nobody can be asked."""

from datetime import UTC, datetime
from typing import Any

import pytest

from operations.changes.consent import seek_consent
from operations.changes.forecast import Forecast, PolicyMode
from operations.changes.handover import Handover
from operations.changes.policy_change import PolicyChange
from operations.costs.money import ForeseenSaving
from policies.policy.document import Mode

NOW = datetime(2026, 11, 23, 20, tzinfo=UTC)


def forecast(more: int, **fields: Any) -> Forecast:
    return Forecast(
        policy="nights",
        standing=PolicyMode(mode=Mode.ENFORCE),
        at=NOW,
        seen_at=NOW,
        zone="UTC",
        saving=ForeseenSaving(),
        more=tuple(f"dev/app-{number}" for number in range(more)),
        **fields,
    )


def change(*forecasts: Forecast, wake: int = 0, pruned: tuple[str, ...] = ()) -> PolicyChange:
    handovers = (Handover(policy="nights", asleep=wake, wake=wake),) if wake else ()
    return PolicyChange(policies=(), novelties={}, forecasts=forecasts, handovers=handovers, pruned=pruned)


def test_a_change_that_moves_no_workload_asks_nothing() -> None:
    assert seek_consent(change(forecast(0))) is None


@pytest.mark.parametrize(
    ("made", "question", "too_much"),
    [
        pytest.param(change(forecast(20)), "20 more Deployments go to sleep", "", id="twenty go through"),
        pytest.param(change(forecast(1)), "1 more Deployment goes to sleep", "", id="one"),
        pytest.param(change(forecast(21)), "21 more Deployments", "more than 20 would go to sleep", id="too many"),
        pytest.param(
            change(forecast(9, percent=45, max_percent=30)),
            "9 more Deployments",
            "45 % of the cluster asleep, and its maxAffectedPercent is 30",
            id="more of the cluster than it allows itself",
        ),
        pytest.param(change(forecast(9, undecided=4)), "up to 9 more Deployments go", "", id="not all is known"),
        pytest.param(
            change(forecast(28, more_held=8)),
            "because of this change, 8 of them from a second window on",
            "more than 20 would go to sleep",
            id="a first window",
        ),
        pytest.param(
            change(forecast(0, longer=("dev/a",))), "1 Deployment sleeps at hours at which", "", id="one sleeps longer"
        ),
        pytest.param(
            change(forecast(0, longer=tuple(map(str, range(21))))),
            "21 Deployments sleep at hours at which the policy has had them awake",
            "more than 20 would sleep at hours",
            id="many sleep longer",
        ),
        pytest.param(change(wake=87), "87 sleepers will wake", "more than 20 would wake", id="many wake"),
        pytest.param(change(wake=1), "1 sleeper will wake", "", id="one wakes"),
        pytest.param(change(pruned=("old",)), "1 policy will be removed: old", "a policy would be removed", id="prune"),
    ],
)
def test_what_happens_is_asked_and_what_is_too_much_needs_an_answer(
    made: PolicyChange, question: str, too_much: str
) -> None:
    consent = seek_consent(made)
    assert consent is not None
    assert question in consent.question
    assert too_much in consent.too_much
    assert bool(consent.too_much) is bool(too_much)


def test_what_two_policies_put_to_sleep_counts_once() -> None:
    consent = seek_consent(change(forecast(15), forecast(15)))
    assert consent is not None
    assert consent.question.startswith("15 more")
