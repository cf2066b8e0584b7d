"""The shipped `decide()` under every interleaving of a hostile world, and proof that the search can find a fault."""

from typing import Any

import pytest
from protocol_model import ORIGINAL, Model

from policies.annotations import EXCLUDE
from policies.sleep.actions import Finished, SendClear, SendPause
from policies.sleep.protocol import PauseIntent, WakeIntent, decide


@pytest.mark.parametrize(
    ("model", "at_least"),
    [
        pytest.param(Model(faults=4, bumps=2), 15_000, id="four faults"),
        pytest.param(
            Model(faults=4, bumps=2, hpa="polite", hpa_writes=2), 30_000, id="four faults and a polite autoscaler"
        ),
        pytest.param(
            Model(faults=5, bumps=2, hpa="overwriting", hpa_writes=3, reasserts=2),
            250_000,
            id="five faults, an autoscaler that overwrites three times, and the re-asserts that answer it",
            marks=pytest.mark.thorough,
        ),
        pytest.param(
            Model(faults=3, bumps=1, zeros=2, marks=True),
            15_000,
            id="three faults and people with a will of their own",
        ),
        pytest.param(
            Model(faults=2, hpa="overwriting", hpa_writes=1, reasserts=1, zeros=1, marks=True),
            15_000,
            id="two faults, people and an autoscaler",
        ),
    ],
)
def test_no_interleaving_loses_a_count_or_leaves_a_workload_down(model: Model, at_least: int) -> None:
    model.explore()
    assert model.violations == []
    assert model.visited > at_least


def without_fence(seen: Any, intent: Any, now: Any, *, unknown_outcome: bool) -> object:
    return decide(seen, intent, now, unknown_outcome=False)


def with_an_empty_fence(seen: Any, intent: Any, now: Any, *, unknown_outcome: bool) -> object:
    action = decide(seen, intent, now, unknown_outcome=unknown_outcome)
    return action.model_copy(update={"fence_at": None}) if isinstance(action, SendClear) else action


def leaving_stale_records(seen: Any, intent: Any, now: Any, *, unknown_outcome: bool) -> object:
    action = decide(seen, intent, now, unknown_outcome=unknown_outcome)
    return Finished(end="awake", sentence="") if isinstance(action, SendClear) else action


def disowning_zeros(seen: Any, intent: Any, now: Any, *, unknown_outcome: bool) -> object:
    action = decide(seen, intent, now, unknown_outcome=unknown_outcome)
    at_zero = seen is not None and seen.replicas == 0 and not isinstance(intent, PauseIntent)
    return Finished(end="not-ours", sentence="") if at_zero else action


def recording_the_count_of_long_ago(seen: Any, intent: Any, now: Any, *, unknown_outcome: bool) -> object:
    action = decide(seen, intent, now, unknown_outcome=unknown_outcome)
    if not isinstance(action, SendPause):
        return action
    return action.model_copy(update={"record": action.record.model_copy(update={"original_replicas": ORIGINAL})})


def deaf_to_marks(seen: Any, intent: Any, now: Any, *, unknown_outcome: bool) -> object:
    if isinstance(intent, PauseIntent):
        heard = {key: value for key, value in seen.annotations.items() if key != EXCLUDE}
        seen = seen.model_copy(update={"annotations": heard})
    return decide(seen, intent, now, unknown_outcome=unknown_outcome)


def blind_to_who_owns_a_zero(seen: Any, intent: Any, now: Any, *, unknown_outcome: bool) -> object:
    return decide(seen.model_copy(update={"zero_chosen_by": ""}), intent, now, unknown_outcome=unknown_outcome)


def giving_back_twice(seen: Any, intent: Any, now: Any, *, unknown_outcome: bool) -> object:
    if isinstance(intent, WakeIntent):
        intent = intent.model_copy(update={"gave_back": False})
    return decide(seen, intent, now, unknown_outcome=unknown_outcome)


@pytest.mark.parametrize(
    "mutant",
    [deaf_to_marks, blind_to_who_owns_a_zero, giving_back_twice],
    ids=lambda mutant: mutant.__name__.replace("_", " "),
)
def test_a_decision_that_does_not_heed_people_is_found(mutant: Any) -> None:
    assert Model(faults=1, zeros=1, marks=True, decide=mutant).explore().violations


@pytest.mark.parametrize(
    "mutant",
    [
        without_fence,
        with_an_empty_fence,
        leaving_stale_records,
        disowning_zeros,
        recording_the_count_of_long_ago,
    ],
    ids=lambda mutant: mutant.__name__.replace("_", " "),
)
def test_a_broken_decision_is_found(mutant: Any) -> None:
    assert Model(faults=3, hpa="overwriting", reasserts=1, decide=mutant).explore().violations
