"""Traces by OpenTelemetry, off unless an address is set: one a run, from its Schedule to the writes it leads to."""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from temporalio.client import Interceptor

from activities.tracing import trace_requests
from worker.errors import TracingMissing
from worker.settings.settings import Settings

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

_FLUSH_MILLISECONDS = 3_000


@contextmanager
def tracing(settings: Settings) -> Iterator[tuple[Interceptor, ...]]:
    """The interceptors of a worker's Temporal client; at the end what was traced is sent.

    Raises TracingMissing where an address is set and the packages are not there.
    """
    if settings.otlp_endpoint is None:
        yield ()
        return
    try:
        provider = _provider(settings.otlp_endpoint)
        spans = importlib.import_module("worker.temporal.spans")
        provider.add_span_processor(spans.ClusterNotes())
    except ImportError:
        raise TracingMissing from None
    tracer = provider.get_tracer("finops-enforcer")
    trace_requests(lambda name, attributes: tracer.start_as_current_span(name, attributes=dict(attributes)))
    try:
        yield (spans.RunTracing(tracer),)
    finally:
        trace_requests(None)
        provider.force_flush(_FLUSH_MILLISECONDS)
        provider.shutdown()


def _provider(endpoint: str) -> "TracerProvider":
    # Only here: they are 10 MB, and most installations trace nothing.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    resource = Resource.create({"service.name": "finops-enforcer"})
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{endpoint}/v1/traces")))
    return provider
