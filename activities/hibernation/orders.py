"""What workflows ask about a workload, and what they are told of a write to it."""

from datetime import datetime
from typing import Annotated, Literal

from policies.annotations import PauseRecord
from policies.models import Frozen, unknown_means
from policies.sleep.ledger import Slept
from policies.workload import WorkloadRef


class ConsultOrder(Frozen):
    """Read this workload, and ask the policies about it."""

    ref: WorkloadRef
    now: datetime
    record: PauseRecord | None = None
    """The sleep it is in, so that the policies can be asked who wants it asleep."""
    gone_policy: str = ""
    autoscaled: bool = False
    """Where its count was raised, read its HPA's bounds too."""
    slept: Slept | None = None
    """The sleep that the wake under way has ended. Nothing is decided by it: while the hibernation is open, only its
    events tell of the sleeps before the present one, and this is where they are read from (`operations/past/`)."""


class WriteOutcome(Frozen):
    """What became of one or two writes.

    `unknown` is the one that matters: the last request may have been carried out, or may still be. `not-sent` and
    `throttled` certainly were not, `conflict` certainly found another object than the one decided on.
    """

    result: Annotated[
        Literal["done", "conflict", "gone", "denied", "throttled", "not-sent", "unknown", "refused"],
        unknown_means("unknown"),
    ]
    landed: int = 0
    """How many of the writes are known to have landed."""
    sentence: str = ""
    retry_after_seconds: float | None = None
    changed_to: int | None = None
    """What admission made of the count that was asked for."""
