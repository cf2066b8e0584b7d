"""Open hibernations as a real Temporal's visibility shows them."""

import pytest
from cases import NOW
from eventually import eventually
from temporalio.api.workflowservice.v1 import PauseWorkflowExecutionRequest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from activities.hibernation.listing import ListedHibernation, count_paused, list_open, open_query
from activities.hibernation.starting import start_hibernation
from activities.hibernation.visibility import KEYS
from policies.annotations import Because, PauseRecord, WakeNote
from policies.costs.cost import HourlyCost
from policies.sleep.messages import Hibernation, Phase
from policies.workload import WorkloadRef
from worker.processes import find_program
from worker.temporal.attributes import register_attributes

pytestmark = pytest.mark.temporal

RECORD = PauseRecord(
    pause_id="p-1",
    instance="me",
    policy="idle-dev",
    paused_at=NOW,
    original_replicas=3,
    resume_at=NOW,
    cost=HourlyCost(amount=0.5, currency="USD", source="price list"),
)
NOTE = WakeNote(resumed_at=NOW, awake_until=NOW, because=Because.PERSON)


async def listed(client: Client, hibernation: Hibernation) -> ListedHibernation:
    """The only open hibernation of this cluster, as soon as visibility shows it."""
    await register_attributes(client)
    await start_hibernation(client, hibernation)

    async def rows() -> list[ListedHibernation]:
        return [row async for row in list_open(client, open_query(hibernation.cluster))]

    (row,) = await eventually(rows, what="visibility")
    return row


@pytest.mark.parametrize("name", ["web", "w" * 253], ids=["short", "too long for an id"])
async def test_a_workload_is_listed_under_its_true_name(temporal_client: Client, name: str) -> None:
    ref = WorkloadRef(namespace="dev-shop", name=name)
    row = await listed(temporal_client, Hibernation(cluster=f"c-{len(name)}", instance="me", ref=ref, sleep=RECORD))
    assert (row.namespace, row.name, row.phase) == ("dev-shop", name, Phase.ASLEEP)
    assert (row.policy, row.resume_at, row.saved_per_day_asleep) == ("idle-dev", NOW, 12.0)
    assert (row.saved_per_hour, row.currency) == (0.5, "USD")


async def test_one_that_is_kept_awake_saves_nothing(temporal_client: Client) -> None:
    ref = WorkloadRef(namespace="dev-shop", name="web")
    row = await listed(temporal_client, Hibernation(cluster="c-awake", instance="me", ref=ref, awake=NOTE))
    assert (row.phase, row.resume_at, row.saved_per_hour) == (Phase.AWAKE, None, None)
    assert row.currency == ""


async def test_those_that_somebody_paused_in_temporal_are_counted() -> None:
    program = find_program("temporal")
    assert program is not None
    allowed = ("--dynamic-config-value", "frontend.WorkflowPauseEnabled=true")
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(program),
        dev_server_extra_args=allowed,
        data_converter=pydantic_data_converter,
        search_attributes=KEYS,
    ) as environment:
        client, ref = environment.client, WorkloadRef(namespace="dev-shop", name="web")
        row = await listed(client, Hibernation(cluster="c-paused", instance="me", ref=ref, sleep=RECORD))
        assert await count_paused(client, "c-paused") == 0
        request = PauseWorkflowExecutionRequest(
            namespace=client.namespace, workflow_id=row.workflow_id, identity="anna", reason="a look", request_id="1"
        )
        await client.workflow_service.pause_workflow_execution(request)
        assert await eventually(lambda: count_paused(client, "c-paused"), what="visibility") == 1


async def test_a_server_that_does_not_know_the_word_has_none(temporal_client: Client) -> None:
    assert await count_paused(temporal_client, "no-such-cluster'") == 0
