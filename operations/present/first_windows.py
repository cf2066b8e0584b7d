"""The policies in force whose first window is not over, and whom it holds back."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from temporalio.client import Client

from policies.calendar.sleep_windows import running_window
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
    zone: str = "UTC"
    """The policy's."""
    until: datetime | None = None
    """When the window ends; None where it has not paused anything yet."""


async def read_first_windows(
    client: Client, cluster: str, policies: Iterable[EnforcementPolicy], now: datetime
) -> tuple[FirstWindowSeen, ...]:
    """They, by the last run of each. Raises RPCError."""
    braked = [each for each in policies if each.is_in_force and first_window_limit(each) is not None]
    results = await read_last_enforcements(client, cluster, [each.name for each in braked])
    return tuple(see_first_windows(braked, results, now))


def see_first_windows(
    braked: Iterable[EnforcementPolicy], results: Mapping[str, EnforcementResult], now: datetime
) -> Iterator[FirstWindowSeen]:
    """They, of the policies that have such a limit, by what their last runs came to."""
    for policy in braked:
        result = results.get(policy.name)
        first = None if result is None else result.first_window
        seen = FirstWindowSeen(policy=policy.name, limit=first_window_limit(policy) or 0, zone=policy.zone)
        if result is None or first is None:
            yield seen
        elif first.until > now and running_window(policy, now) is not None:  # its windows may have been changed
            judged = result.last_judged
            held = result.held_by_first_window if judged is None else judged.held_by_first_window
            yield seen.replace(paused=first.paused, held_back=held, until=first.until)
