"""Every few minutes and at a worker's start: compare the two records of every sleep, and have repaired what differs."""

from temporalio import workflow
from temporalio.exceptions import ActivityError

from activities.reconciliation.compare import ReconcileActivities, ReconcileOrder
from policies.names import RECONCILIATION
from policies.sleep.clocks import ClockDrift
from policies.sleep.reconciliation import Reconcile, ReconcileResult
from policies.wording import in_markdown
from workflows import options
from workflows.inputs import recall_last_result


@workflow.defn(name=RECONCILIATION)
class ReconciliationWorkflow:
    """One comparison. What it found is its result, which the next run of the Schedule starts from."""

    @workflow.run
    async def run(self, reconcile: Reconcile) -> ReconcileResult:
        """What was found. A cluster that cannot be listed leaves everything to the next run."""
        before = recall_last_result(ReconcileResult) or ReconcileResult()
        try:
            result = await workflow.execute_activity_method(
                ReconcileActivities.reconcile,
                ReconcileOrder(cluster=reconcile.cluster, now=workflow.now(), before=before),
                summary=f"compare annotations and hibernations on {reconcile.cluster}",
                **options.RECONCILE,
            )
        except ActivityError as error:
            sentence = f"This run compared nothing: {error.cause or error}."
            workflow.logger.warning("reconciliation: %s", sentence)
            result = before.replace(sentence=sentence, at=workflow.now(), found={}, clocks=ClockDrift())
        workflow.set_current_details(in_markdown(result.sentence))
        return result
