"""The turn of a run: the enforcements of a cluster judge and start one after another, in whichever worker.

Two policies that count the cluster at the same moment would each find room under `maxAffectedPercent` and together pass
it. The turn is a workflow of which there can be one, started as a child of the run. The run has it as long as it is
open, however long a page takes, and Temporal ends it with the run, however that ends. No slot of a worker is taken by
waiting.
"""

import asyncio
import contextlib
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.workflow import ChildWorkflowHandle, ParentClosePolicy

from policies.names import TURN, turn_id
from policies.runs.enforcement import LONGEST_RUN, Enforcement
from workflows.timer import wait_until
from workflows.waiting import waited

_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=1), timedelta(seconds=8)
"""Between two tries, which double."""


@workflow.defn(name=TURN)
class TurnWorkflow:
    """Is there as long as the run that holds it."""

    @workflow.run
    async def run(self, enforcement: Enforcement) -> None:
        """Ends when Temporal asks for it, because the run has ended."""
        workflow.set_current_details(f"A run of {enforcement.policy} judges and starts.")
        with contextlib.suppress(asyncio.CancelledError):
            await waited(lambda: False)


async def take_turn(enforcement: Enforcement, until: datetime) -> ChildWorkflowHandle[Any, None] | None:
    """Take the turn as soon as it is free. None where that does not happen in time. A handle that is `done()` has lost
    the turn: somebody ended it by hand.
    """
    pause = _FIRST_PAUSE
    while True:
        try:
            return await workflow.start_child_workflow(
                TurnWorkflow.run,
                enforcement,
                id=turn_id(enforcement.cluster),
                execution_timeout=LONGEST_RUN,
                parent_close_policy=ParentClosePolicy.REQUEST_CANCEL,
                static_summary=f"a run of {enforcement.policy}",
            )
        except WorkflowAlreadyStartedError:
            if workflow.now() + pause > until:
                return None
        await wait_until(workflow.now() + pause, lambda: False, summary="another policy runs")
        pause = min(2 * pause, _LONGEST_PAUSE)
