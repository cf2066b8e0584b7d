"""What is known of one workload's sleeps, put together: what the cluster carries, what Temporal remembers, the outlook.

Pure, so that what is said of a workload at zero can be tested in a table.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from operations.past.workload_memory import Memory, Remembered
from operations.targets import instance_of, is_sleeper, scale_by_hand
from policies import annotations as notes
from policies.annotations import PauseRecord, WakeNote
from policies.errors import InvalidAnnotation
from policies.models import Frozen
from policies.sleep.record_copies import RecordCopy, find_copy
from policies.workload import Workload

SOON = "at the next reconciliation"
UNTOUCHED = "nobody of us will touch it"
PERHAPS = f"only Temporal can tell whether an open hibernation knows it; without one {UNTOUCHED}"

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


class Count(Frozen):
    """A replica count that was recorded: where that is known from, and when it was, if that can be read."""

    replicas: int
    source: str
    at: datetime | None = None


class Outlook(Frozen):
    """What will become of a workload at zero. Nothing to say of any other."""

    sentence: str = ""
    untouched: bool = False
    """Nobody of us will give it back."""
    last_known: Count | None = None
    by_hand: str = ""


def carried_by(workload: Workload, copies: Copies, copies_trouble: str) -> Carried:
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


def look_ahead(workload: Workload, copies: Copies, memory: Memory | None, instance: str | None) -> Outlook:
    """What will become of it, and where nobody will touch it the count that was known last.

    `copies` and `memory` are None where nobody could be asked, `instance` where nobody knows who we are.
    """
    if workload.replicas > 0:
        return Outlook()
    opened = _open_run(workload, memory)
    if is_sleeper(workload):
        if instance is not None and instance_of(workload) != instance:
            whose = instance_of(workload) or "unnamed"
            return Outlook(sentence=f"it sleeps under another installation ({whose}): shown, never touched")
        return _of_sleeper(workload, copies, memory, opened)
    if opened is not None and opened.gives_back:
        return Outlook(sentence=f"its record was taken away; its open hibernation writes it again {SOON}")
    told = PERHAPS if memory is None else f"no open hibernation put it there: {UNTOUCHED}"
    left = Outlook(sentence=f"at zero without a record of ours; {told}", untouched=memory is not None)
    return _by_hand(left, workload, copies, memory)


def _of_sleeper(workload: Workload, copies: Copies, memory: Memory | None, opened: Remembered | None) -> Outlook:
    if notes.carries_whole_record(workload.annotations):
        return Outlook(sentence=_of_whole_record(memory, opened))
    if opened is not None and opened.gives_back:
        return Outlook(sentence=f"its record is damaged; its open hibernation writes it again {SOON}")
    found = find_copy(workload.annotations, copies or ()) if notes.PAUSED in workload.annotations else None
    if found is not None:
        with_copy = f"with the copy on ReplicaSet {found.replica_set}: {found.record.original_replicas} replicas"
        return Outlook(sentence=f"its record is damaged; it is adopted {SOON} {with_copy}")
    if copies is None:
        told = "its ReplicaSets cannot be asked for a copy, which is needed where no hibernation is open"
    else:
        told = PERHAPS if memory is None else f"no hibernation and no ReplicaSet knows it: {UNTOUCHED}"
    left = Outlook(sentence=f"its record is damaged; {told}", untouched=memory is not None and copies is not None)
    return _by_hand(left, workload, copies, memory)


def _of_whole_record(memory: Memory | None, opened: Remembered | None) -> str:
    if memory is None or (opened is not None and opened.gives_back):
        return ""
    if opened is None:
        return f"no hibernation of it is open: it is adopted {SOON}"
    return "its open hibernation takes it for awake: it is adopted once that one has ended"


def _by_hand(left: Outlook, workload: Workload, copies: Copies, memory: Memory | None) -> Outlook:
    known = _last_known(workload, copies, memory)
    by_hand = scale_by_hand(workload.ref, None if known is None else known.replicas)
    return left.model_copy(update={"last_known": known, "by_hand": by_hand})


def _last_known(workload: Workload, copies: Copies, memory: Memory | None) -> Count | None:
    """The count that it carries itself, else the latest that anybody recorded of this very Deployment."""
    try:
        return Count(replicas=notes.read_original(workload.annotations), source=f"its own {notes.ORIGINAL_REPLICAS}")
    except InvalidAnnotation:
        counts = [*_copied_counts(copies or ()), *_remembered_counts(workload, memory)]
    return max(counts, key=lambda each: each[0])[1] if counts else None


def _copied_counts(copies: Sequence[RecordCopy]) -> Iterator[tuple[datetime, Count]]:
    for copy in copies:
        record = copy.read()
        if record is not None:
            source = f"the copy on ReplicaSet {copy.replica_set} (pause-id {record.pause_id})"
            yield record.paused_at, Count(replicas=record.original_replicas, at=record.paused_at, source=source)


def _remembered_counts(workload: Workload, memory: Memory | None) -> Iterator[tuple[datetime, Count]]:
    for run in () if memory is None else memory.hibernations:
        if run.original_replicas is not None and run.uid in {"", workload.ref.uid}:
            source = f"its hibernation, {run.outcome or run.status}"
            yield run.began, Count(replicas=run.original_replicas, at=run.began, source=source)


def _open_run(workload: Workload, memory: Memory | None) -> Remembered | None:
    """The open hibernation of this very Deployment."""
    runs = () if memory is None else memory.hibernations
    return next((run for run in runs if run.is_open and run.uid in {"", workload.ref.uid}), None)


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
