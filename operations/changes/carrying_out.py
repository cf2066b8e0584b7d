"""Policies are written and removed, and what sleeps under those that go is told at once.

A worker reads the documents within seconds: it alone puts their Schedules, and tells what sleeps under what
changed.
"""

from collections.abc import AsyncIterator, Sequence

from temporalio.client import Client

from operations.changes.policy_change import Novelty, PolicyChange
from operations.errors import OperationError
from operations.installation import Installation
from operations.temporal import open_client
from policies.models import Frozen
from policies.policy.document import Mode
from policies.wording import count
from worker.errors import NoTemporalKnown, TemporalUnreachable
from worker.temporal.nudges import send_checks


class PolicyWritten(Frozen):
    """A policy whose document was written."""

    policy: str
    mode: Mode
    novelty: Novelty

    def __str__(self) -> str:
        """For instance `policy nights (Enforce) changed`."""
        return f"policy {self.policy} ({self.mode}) {self.novelty}"


class PolicyRemoved(Frozen):
    """A policy whose document is gone, and how many open hibernations were told."""

    policy: str
    told: int = 0

    def __str__(self) -> str:
        """For instance `policy nights removed; told 12 open hibernations`."""
        return f"policy {self.policy} removed" + (f"; told {count(self.told, 'open hibernation')}" if self.told else "")


async def open_client_if_up(installation: Installation, *, asleep: int) -> Client | None:
    """A client, or None where `finops run` is down and no sleeper would have to hear of a change.

    Raises OperationError otherwise.
    """
    try:
        return await open_client(installation)
    except (NoTemporalKnown, TemporalUnreachable) as error:
        ours = isinstance(error, NoTemporalKnown) or error.source.startswith("the last `finops run`")
        if asleep or not ours:
            who = count(asleep, "sleeper") if asleep else "a worker"
            raise OperationError(
                f"{error}; nothing was written, because {who} would have to hear of it. `finops resume --all --direct` "
                "wakes what sleeps without Temporal"
            ) from error
        installation.listener.note("Temporal is down: the Schedules follow when `finops run` starts")
        return None


async def carry_out(
    installation: Installation, client: Client | None, change: PolicyChange
) -> AsyncIterator[PolicyWritten | PolicyRemoved]:
    """Put the change in force; each step as soon as it is done, so that a failure hides none of those before it. What
    is in force as it should be is not written again.

    Raises OSError, KubernetesError, PolicySourceUnreadable, RPCError.
    """
    source = installation.policies
    source.prepare()
    for policy in change.to_write:
        source.write(policy)
        yield PolicyWritten(policy=policy.name, mode=policy.spec.mode, novelty=change.novelties[policy.name])
    async for removed in remove_policies(installation, client, change.pruned):
        yield removed


async def remove_policies(
    installation: Installation, client: Client | None, names: Sequence[str]
) -> AsyncIterator[PolicyRemoved]:
    """Remove the documents, and tell their open hibernations that the policy is gone. Raises as `carry_out` does."""
    for name in names:
        installation.policies.remove(name)
        told = 0
        if client is not None:
            told = await send_checks(client, installation.settings.cluster, [name], gone=True)
        yield PolicyRemoved(policy=name, told=told)
