"""What will become of a workload at zero, by what the cluster carries and what Temporal knows of it.

Pure, so that what is said of it can be tested in a table.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from operations.past.carried import Copies
from operations.past.hibernation_runs import HibernationRun, KnownRuns
from operations.targets import instance_of, is_sleeper, scale_by_hand
from policies import annotations as notes
from policies.errors import InvalidAnnotation
from policies.models import Frozen
from policies.readable import readable_pause
from policies.sleep.record_copies import RecordCopy, find_copy
from policies.wording import as_name, count
from policies.workload import Workload

SOON = "at the next reconciliation"
UNTOUCHED = "finops will not touch it"
PERHAPS = f"only Temporal can tell whether an open hibernation knows it; without one {UNTOUCHED}"


class Count(Frozen):
    """A replica count that was recorded: where that is known from, and when it was, if that can be read."""

    replicas: int
    source: str
    at: datetime | None = None


class Outlook(Frozen):
    """What will become of a workload at zero. Nothing to say of any other."""

    sentence: str = ""
    untouched: bool = False
    """Nothing of ours will wake it."""
    last_known: Count | None = None
    by_hand: str = ""


def look_ahead(workload: Workload, copies: Copies, runs: KnownRuns | None, instance: str | None) -> Outlook:
    """What will become of it, and where finops will not touch it the count that was known last.

    `copies` and `runs` are None where they could not be asked for, `instance` where our own is not known.
    """
    if not workload.is_down:
        return Outlook()
    opened = _open_run(workload, runs)
    if is_sleeper(workload):
        if instance is not None and instance_of(workload) != instance:
            whose = as_name(instance_of(workload)) or "unnamed"
            return Outlook(sentence=f"it sleeps under another installation ({whose}): shown, never touched")
        return _of_sleeper(workload, copies, runs, opened)
    if opened is not None and opened.has_to_wake:
        return Outlook(sentence=f"its record was taken away; its open hibernation writes it again {SOON}")
    told = PERHAPS if runs is None else f"no open hibernation put it there: {UNTOUCHED}"
    left = Outlook(sentence=f"at zero without a record of ours; {told}", untouched=runs is not None)
    return _by_hand(left, workload, copies, runs)


def _of_sleeper(workload: Workload, copies: Copies, runs: KnownRuns | None, opened: HibernationRun | None) -> Outlook:
    if readable_pause(workload.annotations) is not None:
        return Outlook(sentence=_of_whole_record(runs, opened))
    if opened is not None and opened.has_to_wake:
        return Outlook(sentence=f"its record is damaged; its open hibernation writes it again {SOON}")
    found = find_copy(workload.annotations, copies or ()) if notes.PAUSED in workload.annotations else None
    if found is not None:
        with_copy = (
            f"with the copy on ReplicaSet {found.replica_set}: {count(found.record.original_replicas, 'replica')}"
        )
        return Outlook(sentence=f"its record is damaged; it is adopted {SOON} {with_copy}")
    if copies is None:
        told = "its ReplicaSets cannot be asked for a copy, which is needed where no hibernation is open"
    else:
        told = PERHAPS if runs is None else f"no hibernation and no ReplicaSet knows it: {UNTOUCHED}"
    left = Outlook(sentence=f"its record is damaged; {told}", untouched=runs is not None and copies is not None)
    return _by_hand(left, workload, copies, runs)


def _of_whole_record(runs: KnownRuns | None, opened: HibernationRun | None) -> str:
    if runs is None or (opened is not None and opened.has_to_wake):
        return ""
    if opened is None:
        return f"no hibernation of it is open: it is adopted {SOON}"
    return "its open hibernation takes it for awake: it is adopted once that one has ended"


def _by_hand(left: Outlook, workload: Workload, copies: Copies, runs: KnownRuns | None) -> Outlook:
    known = _last_known(workload, copies, runs)
    by_hand = scale_by_hand(workload.ref, None if known is None else known.replicas)
    return left.replace(last_known=known, by_hand=by_hand)


def _last_known(workload: Workload, copies: Copies, runs: KnownRuns | None) -> Count | None:
    """The count that it carries itself, else the latest that anybody recorded of this very Deployment."""
    try:
        return Count(replicas=notes.read_original(workload.annotations), source=f"its own {notes.ORIGINAL_REPLICAS}")
    except InvalidAnnotation:
        counts = [*_copied_counts(copies or ()), *_remembered_counts(workload, runs)]
    return max(counts, key=lambda each: each[0])[1] if counts else None


def _copied_counts(copies: Sequence[RecordCopy]) -> Iterator[tuple[datetime, Count]]:
    for copy in copies:
        record = copy.read()
        if record is not None:
            source = f"the copy on ReplicaSet {copy.replica_set} (pause-id {record.pause_id})"
            yield record.paused_at, Count(replicas=record.original_replicas, at=record.paused_at, source=source)


def _remembered_counts(workload: Workload, runs: KnownRuns | None) -> Iterator[tuple[datetime, Count]]:
    for run in () if runs is None else runs.hibernations:
        if run.original_replicas is not None and run.uid in {"", workload.ref.uid}:
            source = f"its hibernation, {run.outcome or run.status}"
            yield run.began, Count(replicas=run.original_replicas, at=run.began, source=source)


def _open_run(workload: Workload, runs: KnownRuns | None) -> HibernationRun | None:
    """The open hibernation of this very Deployment."""
    known = () if runs is None else runs.hibernations
    return next((run for run in known if run.is_open and run.uid in {"", workload.ref.uid}), None)
