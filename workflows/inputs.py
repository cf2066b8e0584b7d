"""What comes in from outside and may be unreadable: signals, which are heard whatever their input is, and the result of
the run before this one.

The SDK decodes an input before it calls a handler, and drops the signal over one that it cannot decode. It leaves alone
what is typed as a RawValue, where exactly as many arguments come as have types.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue

ResultT = TypeVar("ResultT")

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


def recall_last_result(model: type[ResultT]) -> ResultT | None:
    """What the last run that succeeded left; None where there was none, or where nobody can read it: Temporal hands it
    on to every later run, which would fail over it for ever.
    """
    try:
        return workflow.get_last_completion_result(model)
    except Exception as error:  # noqa: BLE001 - whatever a converter or a codec raises
        workflow.logger.warning("what the last run left cannot be read, and counts as nothing: %s", error)
        return None
