"""The writes of the protocol, each a decision and at once what its activity is given.

Every write goes out under the resourceVersion that it was decided on, so that one that comes late, twice or from a
worker that was cut off can only fail:

    W1  annotate: the record of the pause        W3  scale back to the original count
    W2  scale to zero                            W4  take the record away, leave the note of the wake
"""

from datetime import datetime
from typing import Literal

from policies.annotations import AWAKE_UNTIL, AnnotationPatch, PauseRecord, WakeNote, pause_patch
from policies.models import Frozen
from policies.times import to_rfc3339
from policies.workload import WorkloadRef


class SendPause(Frozen):
    """Send W1 and at once W2."""

    ref: WorkloadRef
    resource_version: str
    record: PauseRecord
    not_after: datetime
    """Past this instant it is refused."""
    ends_note: bool = False
    """Whether a person pauses what was to stay awake: then W1 ends the note that says so."""

    @property
    def patch(self) -> AnnotationPatch:
        """The annotations of W1."""
        ended = {AWAKE_UNTIL: to_rfc3339(self.record.paused_at)} if self.ends_note else {}
        return pause_patch(self.record) | ended


class SendResume(Frozen):
    """Send W3 and at once W4."""

    ref: WorkloadRef
    resource_version: str
    replicas: int
    note: WakeNote | None
    policy: str = ""
    """Whose sleep it ends; for the figures only."""


class SendClear(Frozen):
    """Send W4 alone: the workload runs, or somebody wants it at zero; only the record is left."""

    ref: WorkloadRef
    resource_version: str
    note: WakeNote | None
    leaves_zero: str = ""
    """Where the workload is at zero because somebody chose that: the sentence that says so."""
    fence_at: datetime | None = None
    """Set where the patch would change nothing else: `resumed-at` takes this value, so that the write is a fence."""


class SendRecord(Frozen):
    """Send the record of a sleep to the sleeping workload: the same one again, or a changed one."""

    ref: WorkloadRef
    resource_version: str
    record: PauseRecord


class SendNote(Frozen):
    """Send a note that keeps a running workload awake."""

    ref: WorkloadRef
    resource_version: str
    note: WakeNote


End = Literal[
    "asleep",
    "awake",
    "gone",
    "too-late",
    "changed",
    "excluded",
    "at-zero",
    "not-ours",
    "already-paused",
]


class Finished(Frozen):
    """Nothing is left to write."""

    end: End
    sentence: str


Action = SendPause | SendResume | SendClear | Finished
