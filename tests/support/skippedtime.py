"""A Temporal server whose workflows can be sent through days in a moment, and are sent only where a test says so."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import TimeSkippingConfig, WorkflowEnvironment

from activities.hibernation.visibility import KEYS
from worker.processes import find_program


@asynccontextmanager
async def skipped_time() -> AsyncIterator[WorkflowEnvironment]:
    """Time stands as it is for every workflow, whoever starts it, until `fast_forward` is called for that one.

    Left to itself the server would skip whenever a workflow waits for nothing but a timer, and those that the product's
    own activities start are among them: on a busy machine a sleeper was through its night before the test looked.
    """
    program = find_program("temporal")
    assert program is not None, "there is no temporal"
    async with await WorkflowEnvironment.start_time_skipping_v2(
        ts_config=TimeSkippingConfig(enabled=False),
        dev_server_existing_path=str(program),
        dev_server_extra_args=["--dynamic-config-value", "frontend.WorkflowTimeSkippingEnabled=true"],
        data_converter=pydantic_data_converter,
        search_attributes=KEYS,
    ) as environment:
        yield environment
