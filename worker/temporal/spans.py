"""Temporal's own tracing, with a root for what a Schedule starts.

A Schedule hands no trace on, and without one each activity of a run would begin a trace of its own. So a run that was
given none is in the trace that its run id stands for: the same at every replay, and another one for each run.
"""

import hashlib

from opentelemetry.context import Context
from opentelemetry.sdk.trace import Span, SpanProcessor
from temporalio import workflow
from temporalio.contrib.opentelemetry import TracingInterceptor, TracingWorkflowInboundInterceptor
from temporalio.worker import WorkflowInterceptorClassInput

from activities.cluster_context import current_cluster


class _Rooted(TracingWorkflowInboundInterceptor):
    def _load_workflow_context_carrier(self) -> "dict[str, list[str] | str] | None":
        carrier = super()._load_workflow_context_carrier()
        if carrier is None:
            carrier = self._workflow_context_carrier = {"traceparent": root_of(workflow.info().run_id)}
        return carrier


class RunTracing(TracingInterceptor):
    """For the client of a worker."""

    def workflow_interceptor_class(
        self,
        input: WorkflowInterceptorClassInput,  # noqa: A002 - the SDK's name
    ) -> type[TracingWorkflowInboundInterceptor]:
        """The rooted one, with all that the SDK's needs."""
        super().workflow_interceptor_class(input)
        return _Rooted


class ClusterNotes(SpanProcessor):
    """Notes on each span which cluster it is about. Those of workflows have it in their workflow's id alone."""

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:  # noqa: ARG002 - the SDK's signature
        """The span begins in the context of the code that works for the cluster."""
        if cluster := current_cluster():
            span.set_attribute("k8s.cluster.name", cluster)


def root_of(run_id: str) -> str:
    """A W3C traceparent that only this run has."""
    digest = hashlib.sha256(run_id.encode()).hexdigest()
    return f"00-{digest[:32]}-{digest[32:48]}-01"
