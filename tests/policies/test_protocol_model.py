"""The shipped `decide()` under every interleaving of a hostile world, and proof that the search can find a fault."""

from typing import Any

import pytest
from protocol_model import Model

from policies.protocol import Finished, PauseIntent, SendClear, decide


@pytest.mark.parametrize(
    ("hpa", "faults"),
    [("none", 4), ("polite", 3), ("overwriting", 3)],
    ids=["four faults", "three faults and a polite autoscaler", "three faults and an overwriting autoscaler"],
)
def test_no_interleaving_loses_a_count_or_leaves_a_workload_down(hpa: str, faults: int) -> None:
    model = Model(faults=faults, hpa=hpa).explore()
    assert model.violations == []
    assert model.visited > 100_000


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


@pytest.mark.parametrize(
    "mutant",
    [without_fence, with_an_empty_fence, leaving_stale_records, disowning_zeros],
    ids=lambda mutant: mutant.__name__.replace("_", " "),
)
def test_a_broken_decision_is_found(mutant: Any) -> None:
    assert Model(faults=3, hpa="overwriting", decide=mutant).explore().violations
