"""The policies in force whose first window is not over, and whom it holds back."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from temporalio.client import Client

from policies.models import Frozen
from policies.policy.document import EnforcementPolicy
from policies.runs.enforcement import EnforcementResult
from policies.runs.first_window import first_window_limit
from worker.temporal.run_results import read_last_enforcements


class FirstWindowSeen(Frozen):
    """One of them."""

    policy: str
    limit: int
    """How many it lets go to sleep in that window."""
    paused: int = 0
    """How many were to go to sleep in it so far."""
    held_back: int = 0
    """How many the last run kept awake because of it."""
    until: datetime | None = None
    """When the window ends; None where it has not paused anything yet."""


async def read_first_windows(
    client: Client, cluster: str, policies: Iterable[EnforcementPolicy], now: datetime
) -> tuple[FirstWindowSeen, ...]:
    """They, by the last run of each. Raises RPCError."""
    braked = _braked(policies)
    return tuple(see_first_windows(braked, await read_last_enforcements(client, cluster, braked), now))


def see_first_windows(
    braked: Mapping[str, int], results: Mapping[str, EnforcementResult], now: datetime
) -> Iterator[FirstWindowSeen]:
    """They, of the policies that have such a limit, by what their last runs came to."""
    for name, limit in braked.items():
        result = results.get(name)
        first = None if result is None else result.first_window
        seen = FirstWindowSeen(policy=name, limit=limit)
        if result is None or first is None:
            yield seen
        elif first.until > now:
            yield seen.replace(paused=first.paused, held_back=result.held_by_first_window, until=first.until)


def _braked(policies: Iterable[EnforcementPolicy]) -> dict[str, int]:
    return {
        policy.name: limit
        for policy in policies
        if policy.is_in_force and (limit := first_window_limit(policy)) is not None
    }
