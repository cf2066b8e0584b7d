"""Schedules in step with the policies of the source, whoever changes those: `finops apply`, kubectl, a GitOps tool.

A changed policy has its Schedule within seconds, and who sleeps under it looks again. The Schedule of a policy that is
gone is removed after a while; whom it left asleep the reconciliation finds, by its own, slower rule.
"""

import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta

from temporalio.client import Client
from temporalio.service import RPCError

from activities.snapshot import Snapshot
from policies.document import EnforcementPolicy
from worker.checks import send_checks
from worker.schedules import list_scheduled, put_schedule, remove_schedule

GONE_AFTER = 60.0
"""Seconds without the policy in any complete reading. A Schedule that was removed wrongly is simply put again."""

_LOG = logging.getLogger(__name__)


class PolicySync:
    """Keeps the Schedules of one cluster in step with the snapshot of its policies."""

    def __init__(
        self,
        client: Client,
        cluster: str,
        interval: timedelta,
        clock: Callable[[], float] = time.monotonic,
        reconcile: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """`clock` counts seconds; `reconcile` has a changed policy's figures counted at once."""
        self._client = client
        self._cluster = cluster
        self._interval = interval
        self._clock = clock
        self._reconcile = reconcile
        self._known: dict[str, EnforcementPolicy] = {}
        self._missing_since: dict[str, float] = {}
        self._looked_for_old = False
        self.failed: dict[str, str] = {}
        """Policies whose Schedule could not be put, and why."""

    async def begin(self, policies: Iterable[EnforcementPolicy]) -> None:
        """Put the Schedules of these policies. Raises RPCError."""
        for policy in policies:
            await put_schedule(self._client, self._cluster, policy, self._interval)
            self._known[policy.name] = policy

    async def follow(self, snapshot: Snapshot) -> None:
        """Put what has changed, and remove what has been gone for long enough. Raises RPCError."""
        if not self._looked_for_old and snapshot.complete:
            await self._find_left_over({policy.name for policy in snapshot.policies})
            self._looked_for_old = True
        changed = [policy for policy in snapshot.policies if self._known.get(policy.name) != policy]
        for policy in changed:
            await self._put(policy)
        if changed and self._reconcile is not None:
            await self._reconcile()
        if snapshot.complete:
            await self._prune({policy.name for policy in snapshot.policies})

    async def _put(self, policy: EnforcementPolicy) -> None:
        try:
            await put_schedule(self._client, self._cluster, policy, self._interval)
            told = await send_checks(self._client, self._cluster, [policy.name], gone=False)
        except RPCError as error:
            if policy.name not in self.failed:
                _LOG.warning("the Schedule of policy %s cannot be put: %s", policy.name, error.message)
            self.failed[policy.name] = error.message
            return
        self.failed.pop(policy.name, None)
        self._known[policy.name] = policy
        _LOG.info("policy %s has changed; %d open hibernations look again", policy.name, told)

    async def _prune(self, there: set[str]) -> None:
        for name in (self._known.keys() - there) - self._missing_since.keys():
            self._missing_since[name] = self._clock()
        for name, since in tuple(self._missing_since.items()):
            if name in there:
                del self._missing_since[name]
            elif self._clock() - since >= GONE_AFTER:
                if await remove_schedule(self._client, self._cluster, name):
                    _LOG.info("policy %s is gone, and its Schedule with it", name)
                self._known.pop(name, None)
                del self._missing_since[name]

    async def _find_left_over(self, there: set[str]) -> None:
        """Count Schedules without a policy as those of missing ones, which went while no worker was up."""
        async for policy in list_scheduled(self._client, self._cluster):
            if policy not in there:
                self._missing_since.setdefault(policy, self._clock())
