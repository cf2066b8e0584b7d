"""What runs came to, read from a real Temporal, also where one of them cannot be read."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from eventually import eventually
from payload_keys import connect_encrypted, write_key
from temporalio import workflow
from temporalio.client import Client, Schedule, ScheduleActionStartWorkflow, ScheduleIntervalSpec, ScheduleSpec
from temporalio.worker import Worker

from policies.names import policy_schedule_id
from policies.runs.enforcement import EnforcementResult
from worker.temporal.run_results import list_recent_runs, read_last_enforcements

pytestmark = pytest.mark.temporal

GOOD = {"policy": "nights", "sentence": "0 paused"}
DAMAGED = {"policy": "nights", "sentence": ["of another shape"]}


@workflow.defn(name="Left")
class Left:
    """A run that ends at once with the result it is given."""

    @workflow.run
    async def run(self, result: Any) -> Any:
        return result


async def run_once(client: Client, cluster: str, policy: str, result: Any) -> None:
    """Let a Schedule run once that leaves this."""
    name = policy_schedule_id(cluster, policy)
    await client.create_schedule(
        name,
        Schedule(
            action=ScheduleActionStartWorkflow("Left", result, id=f"left/{cluster}/{policy}", task_queue=cluster),
            spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=timedelta(days=30))]),
        ),
        trigger_immediately=True,
    )
    async with Worker(client, task_queue=cluster, workflows=[Left]):
        (run,) = await eventually(lambda: list_recent_runs(client, name), bool, what="a run")
        await client.get_workflow_handle(run).result()


async def test_a_result_that_cannot_be_read_hides_no_other(temporal_client: Client) -> None:
    cluster = f"results-{uuid4().hex[:8]}"
    await run_once(temporal_client, cluster, "damaged", DAMAGED)
    await run_once(temporal_client, cluster, "nights", GOOD)
    found = await read_last_enforcements(temporal_client, cluster, ["damaged", "nights", "never-ran"])
    assert {name: result.sentence for name, result in found.items()} == {"nights": "0 paused"}


async def test_a_result_whose_key_was_removed_hides_no_other(temporal: str, tmp_path: Path) -> None:
    cluster = f"results-{uuid4().hex[:8]}"
    for key, policy in (("2026", "old"), ("2027", "new")):
        write_key(tmp_path, key)
        await run_once(await connect_encrypted(temporal, tmp_path), cluster, policy, GOOD)
    (tmp_path / "2026").unlink()
    client = await connect_encrypted(temporal, tmp_path)
    found = await read_last_enforcements(client, cluster, ["old", "new"])
    assert found == {"new": EnforcementResult.model_validate(GOOD)}
