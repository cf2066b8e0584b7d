"""Orders as tests write them: flat."""

from datetime import datetime
from typing import Any

from policies.checks.decision import Candidate
from policies.sleep.messages import PauseOrder, Terms
from policies.workload import Observation

_OF_TERMS = frozenset(Terms.model_fields) - {"not_after"}
_OF_CANDIDATE = frozenset(Candidate.model_fields) - {"seen"}


def pause_order(seen: Observation, policy: str, not_after: datetime, **more: Any) -> PauseOrder:
    """A pause, with whatever else its candidate, its terms and itself have, by name."""
    terms = {name: more.pop(name) for name in _OF_TERMS & more.keys()}
    candidate = {name: more.pop(name) for name in _OF_CANDIDATE & more.keys()}
    return PauseOrder(
        candidate=Candidate(seen=seen, **candidate), policy=policy, terms=Terms(not_after=not_after, **terms), **more
    )
