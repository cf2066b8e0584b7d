"""The shipped `decide()` under every interleaving of a hostile world, and proof that the search can find a fault."""

from typing import Any

import pytest
from protocol_model import ORIGINAL, Model

from policies.protocol import Finished, PauseIntent, SendClear, SendPause, decide


@pytest.mark.parametrize(
    ("hpa", "faults", "reasserts"),
    [("none", 4, 0), ("polite", 3, 0), ("overwriting", 3, 1)],
    ids=[
        "four faults",
        "three faults and a polite autoscaler",
        "three faults, an overwriting autoscaler, and the re-assert that answers it",
    ],
)
def test_no_interleaving_loses_a_count_or_leaves_a_workload_down(hpa: str, faults: int, reasserts: int) -> None:
    model = Model(faults=faults, hpa=hpa, reasserts=reasserts).explore()
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


def recording_the_count_of_long_ago(seen: Any, intent: Any, now: Any, *, unknown_outcome: bool) -> object:
    action = decide(seen, intent, now, unknown_outcome=unknown_outcome)
    if not isinstance(action, SendPause):
        return action
    return action.model_copy(update={"record": action.record.model_copy(update={"original_replicas": ORIGINAL})})


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
