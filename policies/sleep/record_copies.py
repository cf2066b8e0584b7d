"""Copies of records on ReplicaSets: what is left where a Deployment's own record can no longer be read.

The deployment controller copies a Deployment's annotations onto its newest ReplicaSet and never removes one there. So
the newest one has the same damage, and an older one may still carry the record as it was. It counts only under the very
pause-id that the Deployment carries: a copy of another pause says nothing about this one.
"""

from collections.abc import Iterable

from policies import annotations as notes
from policies.annotations import Annotations, PauseRecord
from policies.models import Frozen
from policies.readable import readable_pause


class RecordCopy(Frozen):
    """What one ReplicaSet carries of ours, complete or not."""

    replica_set: str
    revision: int = 0
    """Of the Deployment, when its template was this one last; 0 where it is not told."""
    annotations: dict[str, str] = {}

    @property
    def pause_id(self) -> str:
        """The pause it is a copy of; empty where it does not say."""
        return self.annotations.get(notes.PAUSE_ID, "")

    def read(self) -> PauseRecord | None:
        """The record, or None where it cannot be read."""
        return readable_pause(self.annotations)


class FoundCopy(Frozen):
    """A record that a ReplicaSet's copy still tells."""

    replica_set: str
    record: PauseRecord


def find_copy(carried: Annotations, copies: Iterable[RecordCopy]) -> FoundCopy | None:
    """The record of the sleep whose pause-id and instance these annotations carry. `copies` are newest first."""
    pause_id, instance = carried.get(notes.PAUSE_ID, ""), carried.get(notes.INSTANCE, "")
    if not pause_id:
        return None
    for copy in copies:
        record = copy.read() if copy.pause_id == pause_id else None
        if record is not None and record.instance == instance:
            return FoundCopy(replica_set=copy.replica_set, record=record)
    return None
