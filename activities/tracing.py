"""Spans around requests, where traces are on. How a span is opened is handed in where they are turned on."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager

OpenSpan = Callable[[str, Mapping[str, str]], AbstractContextManager[object]]

_open_span: OpenSpan | None = None


def trace_requests(open_span: OpenSpan | None) -> None:
    """From now on a span is opened around every request; None turns that off."""
    global _open_span  # noqa: PLW0603 - one process, one tracer
    _open_span = open_span


@contextmanager
def span(name: str, attributes: Mapping[str, str]) -> Iterator[None]:
    """A span, or nothing where traces are off."""
    if _open_span is None:
        yield
        return
    with _open_span(name, attributes):
        yield
