"""How the Schedules of a cluster stand beside its policies: what runs, and what does not because somebody paused or
deleted it, or because its policy is gone. It only reads.
"""

import asyncio
from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from policies.models import Frozen
from policies.names import policy_schedule_id, reconcile_id
from worker.temporal.schedules import list_scheduled


class ScheduleSeen(Frozen):
    """One Schedule of a cluster."""

    id: str
    policy: str = ""
    """Nothing for the one that starts reconciliations."""
    state: Literal["runs", "paused", "missing", "orphan"]
    note: str = ""
    """What the Schedule says of itself: why it was paused, where somebody wrote that."""
    next_at: datetime | None = None
    """When it starts a run next."""

    @property
    def problem(self) -> str:
        """What is wrong, what it means and how it is mended; empty where it runs."""
        what = f"policy {self.policy}" if self.policy else "the reconciliation"
        means = "pauses nothing" if self.policy else "checks no sleeper and hands no sleeper over"
        noted = f" ({self.note})" if self.note else ""
        match self.state:
            case "paused":
                return (
                    f"the Schedule of {what} is paused{noted}: it {means} until somebody runs "
                    f"temporal schedule toggle --unpause --schedule-id {self.id}"
                )
            case "missing":
                return (
                    f"{what} has no Schedule, so it {means}; a worker that is up puts it again within minutes, and "
                    "its log tells where Temporal does not take it"
                )
            case "orphan":
                return f"the Schedule {self.id} has no policy; a worker that is up removes it within five minutes"
        return ""


async def read_states(client: Client, cluster: str, policies: Iterable[str] | None) -> tuple[ScheduleSeen, ...]:
    """The Schedules of these policies, the reconciliation's, and those without a policy.

    `policies` are all of the cluster; None where they cannot be read: then it is not known which policy has no
    Schedule, and which Schedule no policy. Raises RPCError.
    """
    scheduled = [name async for name in list_scheduled(client, cluster)]
    names = tuple(scheduled if policies is None else policies)
    seen = await asyncio.gather(
        *(_read(client, policy_schedule_id(cluster, name), name) for name in names),
        _read(client, reconcile_id(cluster), ""),
    )
    return (
        *seen,
        *(
            ScheduleSeen(id=policy_schedule_id(cluster, name), policy=name, state="orphan")
            for name in scheduled
            if name not in names
        ),
    )


async def _read(client: Client, schedule_id: str, policy: str) -> ScheduleSeen:
    try:
        description = await client.get_schedule_handle(schedule_id).describe()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return ScheduleSeen(id=schedule_id, policy=policy, state="missing")
        raise
    state, upcoming = description.schedule.state, description.info.next_action_times
    return ScheduleSeen(
        id=schedule_id,
        policy=policy,
        state="paused" if state.paused else "runs",
        note=(state.note or "") if state.paused else "",
        next_at=upcoming[0] if upcoming else None,
    )
