"""Which cluster a piece of code works for, where one process works for several.

Metrics, alerts and log lines tell it. It is kept by the context: a task has that of its maker, an activity that of its
worker, and a thread of ours is given it with `in_this_context`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from functools import partial
from typing import Any

_CLUSTER = ContextVar("finops_cluster", default="")


def current_cluster() -> str:
    """Its name; empty where it was not set."""
    return _CLUSTER.get()


@contextmanager
def working_for(cluster: str) -> Iterator[None]:
    """All that is begun in this block is for that cluster."""
    token = _CLUSTER.set(cluster)
    try:
        yield
    finally:
        _CLUSTER.reset(token)


def in_this_context(function: Callable[..., Any], *arguments: Any) -> Callable[[], Any]:
    """A call for another thread, which then works for the same cluster as this one."""
    return partial(copy_context().run, function, *arguments)
