"""Rows of a visibility listing, decoded only as far as somebody asks.

The SDK decodes all search attributes of each row, twice: of a thousand sleepers that is a third of a second.
"""

import json
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime

from temporalio.api.workflow.v1 import WorkflowExecutionInfo
from temporalio.api.workflowservice.v1 import ListWorkflowExecutionsRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey

_LOG = logging.getLogger(__name__)


async def list_rows(client: Client, query: str, *, page_size: int) -> AsyncIterator[WorkflowExecutionInfo]:
    """The rows that a query finds, page by page. Raises RPCError."""
    request = ListWorkflowExecutionsRequest(namespace=client.namespace, page_size=page_size, query=query)
    while True:
        page = await client.workflow_service.list_workflow_executions(request, retry=True)
        for row in page.executions:
            yield row
        if not page.next_page_token:
            return
        request.next_page_token = page.next_page_token


def read_text(row: WorkflowExecutionInfo, key: SearchAttributeKey[str]) -> str:
    """A search attribute of text; empty where the row has none."""
    value = _read(row, key.name)
    return value if isinstance(value, str) else ""


def read_number(row: WorkflowExecutionInfo, key: SearchAttributeKey[float]) -> float | None:
    """A search attribute that is a number."""
    value = _read(row, key.name)
    return value if isinstance(value, int | float) else None


def read_instant(row: WorkflowExecutionInfo, key: SearchAttributeKey[datetime]) -> datetime | None:
    """A search attribute that is a time."""
    value = _read(row, key.name)
    return datetime.fromisoformat(value) if isinstance(value, str) else None


def start_of(row: WorkflowExecutionInfo) -> datetime:
    """When the workflow started."""
    return row.start_time.ToDatetime(tzinfo=UTC)


async def read_memo(client: Client, row: WorkflowExecutionInfo, key: str) -> str:
    """Empty where the memo says nothing of it, or cannot be read (another key of encryption): one bad memo must not
    hide all others.
    """
    if key not in row.memo.fields:
        return ""
    try:
        (told,) = await client.data_converter.decode([row.memo.fields[key]])
        return str(told)
    except Exception as error:  # noqa: BLE001 - whatever a codec raises
        _LOG.debug("the memo %s of %s cannot be read: %s", key, row.execution.workflow_id, error)
        return ""


def _read(row: WorkflowExecutionInfo, name: str) -> object:
    """A value as the server stores it; what was written as a list of one is that one."""
    if name not in row.search_attributes.indexed_fields:
        return None
    value: object = json.loads(row.search_attributes.indexed_fields[name].data)
    return value[0] if isinstance(value, list) and len(value) == 1 else value
