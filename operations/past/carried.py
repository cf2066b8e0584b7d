"""What the cluster has of one workload's sleeps: its annotations, and copies of records on its ReplicaSets."""

from collections.abc import Sequence

from policies import annotations as notes
from policies.annotations import PauseRecord, WakeNote
from policies.errors import InvalidAnnotation
from policies.models import Frozen
from policies.sleep.record_copies import RecordCopy
from policies.workload import Workload

Copies = Sequence[RecordCopy] | None
"""What its ReplicaSets carry, newest first; None where they could not be asked."""


class KnownCopy(Frozen):
    """A copy of a record on a ReplicaSet, for people and programs."""

    replica_set: str
    revision: int
    pause_id: str
    record: PauseRecord | None = None
    trouble: str = ""
    """Why it cannot be read."""


class Carried(Frozen):
    """What the cluster has of the workload now. `trouble` is what of its annotations cannot be read."""

    replicas: int
    annotations: dict[str, str] = {}
    record: PauseRecord | None = None
    note: WakeNote | None = None
    trouble: str = ""
    copies: tuple[KnownCopy, ...] = ()
    copies_trouble: str = ""


def collect_carried(workload: Workload, copies: Copies, copies_trouble: str) -> Carried:
    """What a Deployment and its ReplicaSets carry of ours."""
    annotations = workload.annotations
    record, note, trouble = None, None, ""
    try:
        record = notes.read_pause(annotations)
        note = notes.read_note(annotations)
    except InvalidAnnotation as error:
        trouble = str(error)
    return Carried(
        replicas=workload.replicas,
        annotations={key: text for key, text in annotations.items() if key.startswith(notes.PREFIX)},
        record=record,
        note=note,
        trouble=trouble,
        copies=tuple(_known(copy) for copy in copies or ()),
        copies_trouble=copies_trouble,
    )


def _known(copy: RecordCopy) -> KnownCopy:
    record, trouble = None, ""
    try:
        record = notes.read_pause(copy.annotations)
    except InvalidAnnotation as error:
        trouble = str(error)
    if record is None and not trouble:
        trouble = f"it carries no {notes.PAUSED}"
    return KnownCopy(
        replica_set=copy.replica_set, revision=copy.revision, pause_id=copy.pause_id, record=record, trouble=trouble
    )
