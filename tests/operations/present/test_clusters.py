"""A line for each cluster, also where Temporal does not answer for one of them."""

from pathlib import Path

import pytest
from asking import ask_as
from eventually import eventually
from temporalio.client import Client, DescribeScheduleInput, Interceptor, OutboundInterceptor, ScheduleDescription
from temporalio.service import RPCError, RPCStatusCode

from operations.present.clusters import ClusterOverview, look_at_clusters, look_at_each
from policies.names import reconcile_id
from worker.temporal.attributes import register_attributes
from worker.temporal.cluster_record import ClusterRecord, create_record

pytestmark = pytest.mark.temporal


class Silent(Interceptor):
    """A server that does not answer for one cluster."""

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:  # noqa: A002
        return _Silent(next)


class _Silent(OutboundInterceptor):
    async def describe_schedule(self, input: DescribeScheduleInput) -> ScheduleDescription:  # noqa: A002
        if input.id == reconcile_id("lines-silent"):
            raise RPCError("timed out", RPCStatusCode.DEADLINE_EXCEEDED, b"")
        return await super().describe_schedule(input)


async def record(client: Client, *names: str) -> None:
    """Clusters that a worker was up for, as soon as Temporal lists them: that list is a moment behind."""
    for name in names:
        await create_record(client, name, ClusterRecord(identity=name))
    wanted = {reconcile_id(name) for name in names}

    async def listed() -> set[str]:
        return {each.id async for each in await client.list_schedules()}

    await eventually(listed, wanted.issubset, what=f"{names} in the list of Schedules")


async def test_one_that_cannot_be_read_is_a_line_and_the_others_are_told(temporal_client: Client) -> None:
    await register_attributes(temporal_client)
    await record(temporal_client, "lines-a", "lines-silent", "lines-z")
    deaf = Client(
        temporal_client.service_client, data_converter=temporal_client.data_converter, interceptors=[Silent()]
    )
    found = {each.cluster: each for each in await look_at_each(deaf)}
    assert [(found[name].worker, bool(found[name].trouble)) for name in ("lines-a", "lines-silent", "lines-z")] == [
        (False, False),
        (None, True),
        (False, False),
    ]


async def test_all_are_told_by_name(temporal_client: Client, temporal: str, tmp_path: Path) -> None:
    await record(temporal_client, "named-b", "named-a")
    found = await look_at_clusters(ask_as(tmp_path, cluster="any", temporal=temporal))
    names = [each.cluster for each in found]
    assert names == sorted(names)
    assert {"named-a", "named-b"} <= set(names)


@pytest.mark.parametrize(
    ("worker", "asleep", "trouble", "is_served"),
    [(True, 3, "", True), (False, 0, "", True), (False, 3, "", False), (None, 0, "it timed out", False)],
    ids=["a worker is there", "nothing sleeps", "nobody wakes them", "unread"],
)
def test_a_cluster_is_served_where_somebody_wakes_what_sleeps(
    worker: bool | None, asleep: int, trouble: str, is_served: bool
) -> None:
    overview = ClusterOverview(cluster="dev", worker=worker, asleep=asleep, trouble=trouble)
    assert overview.is_served is is_served
