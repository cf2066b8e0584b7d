"""A Temporal that blinks while a policy changes: what was owed is done once it answers again."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from cases import NOW, policy
from temporalio.api.workflow.v1 import WorkflowExecutionInfo
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode
from unchangingdays import execution, listing_of

from activities.snapshot import Snapshot
from policies.policy.document import EnforcementPolicy
from policies.sleep.discrepancies import OpenHibernation
from policies.sleep.messages import Phase
from worker.service.policy_sync import TRIED_AGAIN_AFTER, PolicySync

ASLEEP = OpenHibernation(phase=Phase.ASLEEP, policy="a")


@dataclass
class Blinking:
    """Temporal as far as a sync asks it, with two sleepers. It fails at a step as it is told to."""

    fails: dict[str, RPCStatusCode] = field(default_factory=dict)
    """By step: `schedule`, `list`, `reconcile`, or the name of a sleeper."""
    scheduled: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    reconciled: int = 0
    namespace: str = "default"

    def meet(self, step: str) -> None:
        """Fail, if so told."""
        if step in self.fails:
            raise RPCError(f"no {step}", self.fails[step], b"")

    async def create_schedule(self, name: str, *_: Any, **__: Any) -> None:
        self.meet("schedule")
        self.scheduled.append(name)

    def get_schedule_handle(self, name: str) -> Any:
        return SimpleNamespace(id=name)

    @property
    def workflow_service(self) -> Any:
        return listing_of(self._list)

    def _list(self) -> Iterator[WorkflowExecutionInfo]:
        self.meet("list")
        for name in ("web", "api"):
            yield execution(f"dev/{name}", ASLEEP)

    def get_workflow_handle(self, workflow_id: str) -> Any:
        async def signal(*_: Any) -> None:
            name = workflow_id.rpartition("/")[2]
            self.meet(name)
            self.told.append(name)

        return SimpleNamespace(signal=signal)

    async def reconcile(self) -> None:
        """Stands for the start of a reconciliation."""
        self.meet("reconcile")
        self.reconciled += 1


class Follower:
    """A sync with that Temporal, and the seconds it counts."""

    def __init__(self, temporal: Blinking) -> None:
        self.counted = 0.0
        client = cast("Client", temporal)
        self.sync = PolicySync(client, "dev", timedelta(minutes=5), lambda: self.counted, temporal.reconcile)

    async def see(self, *policies: EnforcementPolicy) -> None:
        """Follow a reading of the source, of which not all could be read: so nothing else is compared."""
        await self.sync.follow(Snapshot(read_at=NOW, policies=policies, complete=False))


@pytest.mark.parametrize("step", ["schedule", "list", "web", "reconcile"])
async def test_what_a_blinking_temporal_did_not_take_is_owed_until_it_is_done(
    step: str, caplog: pytest.LogCaptureFixture
) -> None:
    temporal = Blinking({step: RPCStatusCode.UNAVAILABLE})
    follower = Follower(temporal)
    for _ in range(3):
        with pytest.raises(RPCError, match=f"no {step}"):
            await follower.see(policy("a"))
        follower.counted += TRIED_AGAIN_AFTER
    temporal.fails.clear()
    await follower.see(policy("a"))
    assert temporal.scheduled
    assert {"web", "api"} == set(temporal.told)
    assert temporal.reconciled == 1
    assert not follower.sync.failed
    assert not [record for record in caplog.records if record.name == "finops.alerts"]
    done = (len(temporal.scheduled), len(temporal.told))
    await follower.see(policy("a"))
    assert (len(temporal.scheduled), len(temporal.told), temporal.reconciled) == (*done, 1)


async def test_between_two_attempts_nobody_who_heard_it_is_told_again() -> None:
    temporal = Blinking({"web": RPCStatusCode.UNAVAILABLE})
    follower = Follower(temporal)
    with pytest.raises(RPCError, match="no web"):
        await follower.see(policy("a"))
    for _ in range(5):
        follower.counted += TRIED_AGAIN_AFTER / 10
        await follower.see(policy("a"))
    assert temporal.told == ["api"]


async def test_a_sleeper_that_takes_no_signal_any_more_leaves_nothing_owed() -> None:
    temporal = Blinking({"web": RPCStatusCode.INVALID_ARGUMENT})
    follower = Follower(temporal)
    for _ in range(3):
        await follower.see(policy("a"))
        follower.counted += TRIED_AGAIN_AFTER
    assert (temporal.told, temporal.reconciled) == (["api"], 1)


async def test_one_that_could_not_be_put_at_the_start_is_put_as_soon_as_temporal_answers() -> None:
    temporal = Blinking({"schedule": RPCStatusCode.UNAVAILABLE})
    follower = Follower(temporal)
    await follower.sync.begin([policy("a")])
    assert not follower.sync.failed
    temporal.fails.clear()
    await follower.see(policy("a"))
    assert temporal.scheduled == ["policy/dev/a"]


@pytest.mark.parametrize(
    "status", [RPCStatusCode.INVALID_ARGUMENT, RPCStatusCode.FAILED_PRECONDITION, RPCStatusCode.PERMISSION_DENIED]
)
async def test_what_temporal_refuses_is_told_of_and_not_owed(status: RPCStatusCode) -> None:
    temporal = Blinking({"schedule": status})
    follower = Follower(temporal)
    await follower.see(policy("a"))
    assert follower.sync.failed == {"a": "no schedule"}
