"""Schedules in step with the policies of the source, no matter what changes those: `finops apply`, kubectl, GitOps.

Only a worker puts and removes the Schedules of policies; commands write a hold and a trial. A changed policy runs
within seconds, and its sleepers look again. Every few minutes all Schedules are compared: one that somebody deleted is
put again, and one that somebody paused is told of and left. The Schedule of a policy that is gone is removed after a
while. What it left asleep is found by the reconciliation, once two of its readings miss the policy: one is asked for
when it goes, one when its Schedule does. A policy that Temporal does not take affects no other policy.
"""

import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta

from temporalio.client import Client
from temporalio.service import RPCError

from activities.alerts.raised import alert_once, settle
from activities.snapshot import Snapshot
from policies.names import policy_schedule_id
from policies.policy.document import EnforcementPolicy
from worker.temporal.nudges import REFUSING, send_checks
from worker.temporal.schedule_states import read_states
from worker.temporal.schedules import put_schedule, remove_schedule, run_soon

GONE_AFTER = 60.0
"""Seconds without the policy in any complete reading. A Schedule that was removed wrongly is simply put again."""
COMPARED_EVERY = 180.0
"""Seconds between two comparisons of all Schedules with the policies, and between two attempts to put a refused one."""
TRIED_AGAIN_AFTER = 20.0
"""Seconds after a change that could not be carried out to its end: sleepers that were told hear it once more then."""

_LOG = logging.getLogger(__name__)


class PolicySync:
    """Keeps the Schedules of one cluster in step with the snapshot of its policies."""

    def __init__(
        self,
        client: Client,
        cluster: str,
        interval: timedelta,
        clock: Callable[[], float] = time.monotonic,
        reconcile: Callable[[], Awaitable[object]] | None = None,
    ) -> None:
        """`clock` counts seconds; `reconcile` starts a reconciliation when a policy changed or went."""
        self._client = client
        self._cluster = cluster
        self._interval = interval
        self._clock = clock
        self._reconcile = reconcile
        self._known: dict[str, EnforcementPolicy] = {}
        """What was put, or refused, as it was then, and all that follows from it done."""
        self._again_at: dict[str, float] = {}
        """When a change that met trouble is tried again."""
        self._reconciliation_owed = False
        self._missing_since: dict[str, float] = {}
        self._compared_at = float("-inf")
        self.failed: dict[str, str] = {}
        """Policies whose Schedule Temporal does not take, and why."""

    async def begin(self, policies: Iterable[EnforcementPolicy]) -> None:
        """Put the Schedules of these policies; a refusal does not keep the others from theirs. One that Temporal has no
        answer for at present is left to `follow`, as if it had changed.
        """
        for policy in policies:
            try:
                await self._put(policy)
            except RPCError as error:
                _LOG.warning("policy %s is not scheduled yet: %s", policy.name, error.message)
            else:
                self._known[policy.name] = policy

    async def follow(self, snapshot: Snapshot) -> None:
        """Put what has changed, remove what has been gone for long enough, and now and then compare everything.

        What fails is tried again until it is done. Raises RPCError.
        """
        failed = [error for policy in snapshot.policies if (error := await self._try_to_change(policy)) is not None]
        if failed:
            raise failed[0]
        if self._reconciliation_owed and self._reconcile is not None:
            await self._reconcile()
        self._reconciliation_owed = False
        if snapshot.complete and self._clock() - self._compared_at >= COMPARED_EVERY:
            await self._compare(snapshot.policies)
            self._compared_at = self._clock()
        if snapshot.complete:
            await self._prune({policy.name for policy in snapshot.policies})

    async def _put(self, policy: EnforcementPolicy) -> bool | None:
        """Put its Schedule. Returns whether that is a new one; None where Temporal does not take it.

        Raises RPCError where it gives no answer.
        """
        try:
            created = await put_schedule(self._client, self._cluster, policy, self._interval)
        except RPCError as error:
            if error.status not in REFUSING:
                raise
            self.failed[policy.name] = error.message
            alert_once(
                "schedules",
                self._about(policy.name),
                f"policy {policy.name} pauses nothing, because Temporal does not take its Schedule: {error.message}",
                policy=policy.name,
            )
            return None
        if self.failed.pop(policy.name, None) is not None:
            settle(self._about(policy.name))
        return created

    async def _try_to_change(self, policy: EnforcementPolicy) -> RPCError | None:
        """Carry out a change, if there is one and it is due. Returns the trouble that it met, or None."""
        if self._known.get(policy.name) == policy or self._clock() < self._again_at.get(policy.name, 0.0):
            return None
        try:
            await self._change(policy)
        except RPCError as error:
            self._again_at[policy.name] = self._clock() + TRIED_AGAIN_AFTER
            return error
        self._again_at.pop(policy.name, None)
        return None

    async def _change(self, policy: EnforcementPolicy) -> None:
        """Put the Schedule of a policy that is new or was changed, and tell its sleepers."""
        created = await self._put(policy)
        told = await send_checks(self._client, self._cluster, [policy.name], gone=False)
        if created is False:
            await run_soon(self._client, policy_schedule_id(self._cluster, policy.name))
        self._known[policy.name] = policy
        self._reconciliation_owed = True
        _LOG.info("policy %s has changed; %d open hibernations look again", policy.name, told)

    async def _compare(self, policies: Iterable[EnforcementPolicy]) -> None:
        """Somebody may have deleted or paused Schedules, and some may be left of policies that went meanwhile."""
        there = {policy.name: policy for policy in policies}
        for seen in await read_states(self._client, self._cluster, there):
            if seen.state == "orphan":
                self._missing_since.setdefault(seen.policy, self._clock())
            elif seen.state == "paused":
                alert_once("schedules", self._about(seen.policy), seen.problem, policy=seen.policy)
            elif seen.policy and (seen.state == "missing" or seen.policy in self.failed):
                if await self._put(there[seen.policy]):
                    _LOG.warning("policy %s had no Schedule any more: it has one again", seen.policy)
            else:
                settle(self._about(seen.policy))

    async def _prune(self, there: set[str]) -> None:
        for name in (self._known.keys() - there) - self._missing_since.keys():
            self._missing_since[name] = self._clock()
            self._reconciliation_owed = True
        for name, since in tuple(self._missing_since.items()):
            if name in there:
                del self._missing_since[name]
            elif self._clock() - since >= GONE_AFTER:
                if await remove_schedule(self._client, self._cluster, name):
                    _LOG.info("policy %s is gone, and its Schedule with it", name)
                self._known.pop(name, None)
                self._again_at.pop(name, None)
                if self.failed.pop(name, None) is not None:
                    settle(self._about(name))
                del self._missing_since[name]
                self._reconciliation_owed = True

    def _about(self, policy: str) -> str:
        return f"schedule {policy}"
