"""Wakes sent to a real Temporal that refuses some of them."""

from typing import Any

import pytest
from eventually import eventually
from sleepers import sleeper
from temporalio.client import Client, Interceptor, OutboundInterceptor, StartWorkflowInput, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode

from activities.hibernation.listing import list_open, open_query
from operations.sleepers.send_wakes import AT_ONCE, Sent, send_wakes
from policies.keys import WorkloadKey
from policies.names import hibernation_id
from policies.sleep.messages import WakeRequest
from policies.workload import Workload
from worker.temporal.attributes import register_attributes

pytestmark = pytest.mark.temporal

CLUSTER = "refused-wakes"
REQUEST = WakeRequest(by="jo", reason="an emergency")


class Refusing(Interceptor):
    """A server that is busy whenever one of these workflows is started."""

    def __init__(self, ids: frozenset[str]) -> None:
        self.ids = ids

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:  # noqa: A002
        return _Refused(next, self.ids)


class _Refused(OutboundInterceptor):
    def __init__(self, following: OutboundInterceptor, ids: frozenset[str]) -> None:
        super().__init__(following)
        self._ids = ids

    async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:  # noqa: A002
        if input.id in self._ids:
            raise RPCError("namespace rate limit exceeded", RPCStatusCode.RESOURCE_EXHAUSTED, b"")
        return await super().start_workflow(input)


def client_that_refuses(client: Client, *keys: WorkloadKey) -> Client:
    return Client(
        client.service_client,
        namespace=client.namespace,
        data_converter=client.data_converter,
        interceptors=[Refusing(frozenset(hibernation_id(CLUSTER, key) for key in keys))],
    )


async def wake(client: Client, sleepers: list[Workload]) -> tuple[Sent, ...]:
    return await send_wakes(client, CLUSTER, sleepers, (), REQUEST, lambda ref: ())


async def open_ones(client: Client, count: int) -> set[WorkloadKey]:
    """The workloads of the hibernations that are open, as soon as visibility shows so many."""

    async def listed() -> set[WorkloadKey]:
        return {row.key async for row in list_open(client, open_query(CLUSTER))}

    return await eventually(listed, lambda found: len(found) >= count, what=f"{count} open hibernations")


async def test_a_failure_that_nobody_foresaw_stops_none_of_the_others(temporal_client: Client) -> None:
    class Odd(Interceptor):
        def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:  # noqa: A002
            return _Broken(next)

    client = Client(temporal_client.service_client, namespace=temporal_client.namespace, interceptors=[Odd()])
    sent = await wake(client, [sleeper("odd-1"), sleeper("odd-2")])
    assert [each.trouble for each in sent] == ["this should not have happened (ValueError: no idea)"] * 2


class _Broken(OutboundInterceptor):
    async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:  # noqa: A002
        raise ValueError("no idea")


async def test_one_refusal_among_a_hundred_stops_none_of_the_others(temporal_client: Client) -> None:
    await register_attributes(temporal_client)
    sleepers = [sleeper(f"web-{number}") for number in range(100)]
    refused = {WorkloadKey("dev-shop", "web-7"), WorkloadKey("dev-shop", f"web-{AT_ONCE + 1}")}
    sent = await wake(client_that_refuses(temporal_client, *refused), sleepers)
    assert [each.workload for each in sent] == [each.ref.key for each in sleepers]
    assert {each.workload for each in sent if each.trouble} == refused
    assert all("rate limit exceeded" in each.trouble for each in sent if each.trouble)
    everyone = {each.ref.key for each in sleepers}
    assert await open_ones(temporal_client, 98) == everyone - refused
    again = await wake(temporal_client, [each for each in sleepers if each.ref.key in refused])
    assert {each.workload: each.trouble for each in again} == dict.fromkeys(refused, "")
    assert await open_ones(temporal_client, 100) == everyone
