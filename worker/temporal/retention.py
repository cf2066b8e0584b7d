"""How long closed workflows are kept: the memory of `finops savings` and `finops history`."""

from datetime import datetime, timedelta

from google.protobuf.duration_pb2 import Duration
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, UpdateNamespaceRequest
from temporalio.client import Client

from worker.temporal.cluster_record import read_birth

KEPT = timedelta(days=90)
"""What `finops run` sets; a development server alone keeps a day."""

NEEDED = timedelta(days=35)
"""Less than this and a month's figures have holes."""


async def read_retention(client: Client) -> timedelta:
    """How long the client's namespace keeps closed workflows.

    Raises:
        temporalio.service.RPCError: the server refuses to tell.
    """
    request = DescribeNamespaceRequest(namespace=client.namespace)
    described = await client.workflow_service.describe_namespace(request, retry=True)
    return described.config.workflow_execution_retention_ttl.ToTimedelta()


async def find_horizon(client: Client, cluster: str, now: datetime) -> tuple[timedelta, datetime]:
    """How long closed workflows are kept, and since when there is data: not from before Temporal knew the cluster.

    Raises:
        temporalio.service.RPCError: the server refuses to tell.
    """
    kept, born = await read_retention(client), await read_birth(client, cluster)
    return kept, now - kept if born is None else max(born, now - kept)


async def keep_history(client: Client, kept: timedelta = KEPT) -> None:
    """Make the client's namespace keep closed workflows for `kept`; nothing is written where it does so already.

    Raises:
        temporalio.service.RPCError: the server refuses.
    """
    if await read_retention(client) == kept:
        return
    wanted = Duration()
    wanted.FromTimedelta(kept)
    await client.workflow_service.update_namespace(
        UpdateNamespaceRequest(
            namespace=client.namespace, config=NamespaceConfig(workflow_execution_retention_ttl=wanted)
        ),
        retry=True,
    )
