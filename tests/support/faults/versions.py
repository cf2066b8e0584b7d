"""One installation that workers of different versions work for, one after the other."""

import asyncio
import time

from deployments import annotations_of, is_observed, path_of, replicas_of, wait_for
from ids import id_of
from services import Service
from temporalio.client import (
    Client,
    ScheduleActionExecutionStartWorkflow,
    ScheduleHandle,
    ScheduleOverlapPolicy,
    WorkflowExecutionStatus,
)

from localcluster import LocalCluster
from policies.names import CHECK, policy_schedule_id, reconcile_id

POLICY = "idle"


class Sleepers:
    """The installation and its Deployments: under a policy, under nobody's, and where a wake may be refused."""

    def __init__(self, service: Service, cluster: LocalCluster, client: Client, *spaces: str) -> None:
        self.service, self.objects, self.client = service, cluster.objects, client
        self.spaces = spaces
        self.policed, self.by_hand, self.refusing = spaces
        self.name = service.environment["FINOPS_CLUSTER"]

    def count(self, space: str, name: str) -> int:
        """Its replicas now."""
        return replicas_of(self.objects, space, name)

    def pause(self, space: str, *names: str, duration: str = "8h") -> None:
        """By hand, and until they sleep."""
        for name in names:
            self.service.run("pause", f"{space}/{name}", "--for", duration, "--timeout", "60s")

    def phases(self) -> dict[str, str]:
        """Of the open hibernations, by the names of their Deployments."""
        return {row["name"]: row["phase"] for row in self.service.ask("status")["hibernations"]}

    async def overwrite(self, name: str, times: int) -> None:
        """An autoscaler writes 4 over the zero of ours, so many times, and each time it is looked at."""
        for _ in range(times):
            record = annotations_of(self.objects, self.by_hand, name)["pause-id"]
            self.objects.patch(f"{path_of(self.by_hand, name)}/scale", {"spec": {"replicas": 4}})
            wait_for(lambda: is_observed(self.objects, self.by_hand, name))
            await self.client.get_workflow_handle(id_of(self.name, self.by_hand, name)).signal(CHECK)
            wait_for(lambda record=record: self._is_settled(name, record), what=f"{name} to be looked at")  # type: ignore[misc]

    def _is_settled(self, name: str, record: str) -> bool:
        """Whether it sleeps under another record than this one, or under none any more."""
        pause_id = annotations_of(self.objects, self.by_hand, name).get("pause-id")
        return pause_id is None or (pause_id != record and self.count(self.by_hand, name) == 0)

    @property
    def schedules(self) -> tuple[ScheduleHandle, ...]:
        """That of the reconciliation, and that of the policy."""
        ids = (reconcile_id(self.name), policy_schedule_id(self.name, POLICY))
        return tuple(self.client.get_schedule_handle(each) for each in ids)

    async def let_run(self, rounds: int = 1, *, seconds: float = 180) -> bool:
        """So many reconciliations and runs of the policy. Answers whether each came to its end within the time."""
        return all([await self._run_once(each, seconds) for each in self.schedules for _ in range(rounds)])

    async def _run_once(self, handle: ScheduleHandle, seconds: float) -> bool:
        before, ends_at = (await handle.describe()).info.num_actions, time.monotonic() + seconds
        await handle.trigger(overlap=ScheduleOverlapPolicy.BUFFER_ONE)
        while time.monotonic() < ends_at:
            info = (await handle.describe()).info
            action = info.recent_actions[-1].action if info.num_actions > before else None
            if isinstance(action, ScheduleActionExecutionStartWorkflow):
                run = self.client.get_workflow_handle(action.workflow_id, run_id=action.first_execution_run_id)
                if (await run.describe()).status is WorkflowExecutionStatus.COMPLETED:
                    return True
            await asyncio.sleep(0.1)
        return False
