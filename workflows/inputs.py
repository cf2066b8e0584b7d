"""Signals that are heard whatever their input is.

The SDK decodes an input before it calls a handler, and drops the signal over one that it cannot decode. It leaves alone
what is typed as a RawValue, where exactly as many arguments come as have types.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from temporalio import workflow
from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue

_NOTHING = RawValue(Payload())


def of_any_input(handler: Callable[[Any, RawValue], None]) -> Callable[..., None]:
    """A handler of one raw value that also takes none, or several: then the first counts. The SDK sees the one."""

    @wraps(handler)
    def heard(self: Any, *inputs: Any) -> None:
        handler(self, *(inputs[:1] or (_NOTHING,)))

    return heard


def readable(given: Any) -> Any:
    """The value of an input; None where nobody can read it. Of several the SDK has decoded each already."""
    if not isinstance(given, RawValue):
        return given
    try:
        return workflow.payload_converter().from_payload(given.payload)
    except Exception:  # noqa: BLE001 - whatever was sent: that it was sent is what counts
        return None
