"""`decide()`: the one place that says what to write next to a workload, from what was just seen of it.

Two rules make the writes of `policies.sleep.actions` safe. A count is recorded before it is taken away and forgotten
only after it is back. And after a write of unknown outcome, the opposite action first lands a write that changes the
object (the fence): from then on the unknown one carries a stale resourceVersion. The pure function is what the model
check explores.
"""

from datetime import datetime, timedelta

from policies import annotations as notes
from policies.annotations import PauseRecord, WakeNote
from policies.checks.marks import object_by_marks, object_by_note
from policies.errors import InvalidAnnotation
from policies.kinds import Kind, kind_named
from policies.models import Frozen
from policies.names import MANUAL
from policies.sleep.actions import Action, Finished, SendClear, SendPause, SendResume
from policies.times import to_rfc3339
from policies.workload import Observation, WorkloadRef


class PauseIntent(Frozen):
    """Bring a workload to sleep under this record, if it is still the one that was evaluated."""

    ref: WorkloadRef
    record: PauseRecord
    generation: int
    """`metadata.generation` at the evaluation. W1 raises it as its kind says; any other change is a stranger's."""
    not_after: datetime
    """The pause expires: past this instant the evaluation that asked for it is too old."""
    zone: str = "UTC"
    """Of the policy: a person's `exclude-until` with a plain date ends with that day there."""


class WakeIntent(Frozen):
    """Wake a workload, and leave this note."""

    ref: WorkloadRef
    record: PauseRecord
    owns_zero: bool
    """Whether W2 is known to have landed, or may have: then replicas 0 is ours even without annotations."""
    note: WakeNote | None
    """None where a pause is called off before it was one: there is no wake to speak of."""
    gave_back: bool = False
    """Whether W3 is known to have landed: a zero after it is somebody's choice, even where a record is still on it."""
    changed_to: int | None = None
    """What admission made of W2: a count that nobody chose."""


def decide(
    seen: Observation | None, intent: PauseIntent | WakeIntent, now: datetime, *, unknown_outcome: bool
) -> Action:
    """The next action. `seen` is None where the workload is not there.

    `unknown_outcome` says that an earlier write of this attempt may or may not have landed, or may still do so.
    """
    kind = kind_named(intent.ref.kind)
    if seen is None:
        return Finished(end="gone", sentence=f"the {kind.title} is gone")
    if intent.ref.uid and seen.ref.uid != intent.ref.uid:
        return Finished(end="gone", sentence=f"the {kind.title} was re-created: the new one is not ours")
    if isinstance(intent, PauseIntent):
        return _decide_pause(kind, seen, intent, now, unknown_outcome=unknown_outcome)
    return _decide_wake(kind, seen, intent, now, unknown_outcome=unknown_outcome)


def _decide_pause(
    kind: Kind, seen: Observation, intent: PauseIntent, now: datetime, *, unknown_outcome: bool
) -> Action:
    ours = seen.annotations.get(notes.PAUSE_ID) == intent.record.pause_id
    if ours and seen.zero_chosen_by:
        return Finished(end="at-zero", sentence=f"{seen.zero_chosen_by} set it to zero meanwhile")
    if ours and seen.is_down:
        return Finished(end="asleep", sentence="paused")
    if seen.being_deleted:
        return Finished(end="gone", sentence=f"the {kind.title} is being deleted")
    if now >= intent.not_after:
        return Finished(end="too-late", sentence="the decision to pause has expired")
    by_hand = intent.record.policy == MANUAL
    objection = object_by_marks(seen.annotations, intent.zone, now, by_hand=by_hand)
    if objection is not None:
        return Finished(end="excluded", sentence=f"meanwhile: {objection.sentence}")
    if seen.is_down:
        return _pause_at_zero(seen, unknown_outcome=unknown_outcome)
    if belongs_to_another(seen, intent.record.instance):
        return Finished(end="not-ours", sentence="another installation has annotated it")
    explained = intent.generation + (kind.generation_step if ours else 0)
    if seen.generation > explained:
        sentence = f"somebody changed the {kind.title} meanwhile; the next run decides again"
        return Finished(end="changed", sentence=sentence)
    return SendPause(
        ref=intent.ref,
        resource_version=seen.resource_version,
        record=intent.record.replace(original_replicas=seen.replicas),
        not_after=intent.not_after,
        ends_note=by_hand and _is_kept_awake(seen, intent.zone, intent.record.paused_at),
    )


def _is_kept_awake(seen: Observation, zone: str, at: datetime) -> bool:
    """Whether a note keeps it awake beyond this instant."""
    try:
        return object_by_note(seen.annotations, zone, at) is not None
    except InvalidAnnotation:
        return False


def _pause_at_zero(seen: Observation, *, unknown_outcome: bool) -> Finished:
    if notes.is_annotated(seen.annotations):
        return Finished(end="already-paused", sentence="it sleeps already, under another pause")
    if unknown_outcome:
        return Finished(end="changed", sentence="it is at zero without a record, which may be our own doing")
    return Finished(end="at-zero", sentence="it has no replicas, and not because of us")


def _decide_wake(kind: Kind, seen: Observation, intent: WakeIntent, now: datetime, *, unknown_outcome: bool) -> Action:
    if seen.being_deleted:
        return Finished(end="gone", sentence=f"the {kind.title} is being deleted")
    if belongs_to_another(seen, intent.record.instance, intent.record.pause_id):
        return Finished(end="not-ours", sentence="another installation's sleep: it is shown, never touched")
    if not seen.is_down:
        return _decide_running(seen, intent, now, unknown_outcome=unknown_outcome)
    chosen = _chosen_zero(seen, intent)
    if notes.is_annotated(seen.annotations):
        if chosen:
            return _clear(seen, intent).replace(leaves_zero=chosen)
        return _resume(seen, intent)
    if intent.owns_zero and not chosen and not given_back_since(seen, intent.record):
        return _resume(seen, intent)
    return Finished(end="not-ours", sentence=chosen or "it is at zero, and not because of us")


def _chosen_zero(seen: Observation, intent: WakeIntent) -> str:
    """The sentence on a zero that is somebody's choice, although the record of a sleep is on it; else nothing.

    Only what is certain: a zero that somebody owns, which ours never is, or one after our own W3.
    """
    if seen.zero_chosen_by:
        return f"{seen.zero_chosen_by} wants it at zero"
    if intent.gave_back:
        return "somebody scaled it to zero right after it woke"
    return ""


def _decide_running(seen: Observation, intent: WakeIntent, now: datetime, *, unknown_outcome: bool) -> Action:
    if seen.replicas == intent.changed_to and is_of(seen, intent.record):
        return _resume(seen, intent)
    if notes.is_annotated(seen.annotations):
        return _clear(seen, intent)
    if given_back_since(seen, intent.record):
        return Finished(end="awake", sentence="it runs, and carries the note of its wake")
    if intent.note is not None:
        return _clear(seen, intent)
    if unknown_outcome:
        return _clear(seen, intent).replace(fence_at=_fence_time(seen, now))
    return Finished(end="awake", sentence="it runs, and carries no record of a sleep")


def _fence_time(seen: Observation, now: datetime) -> datetime:
    """A `resumed-at` that differs from the one that is there: a patch that changes nothing is no fence."""
    return now if seen.annotations.get(notes.RESUMED_AT) != to_rfc3339(now) else now + timedelta(seconds=1)


def _resume(seen: Observation, intent: WakeIntent) -> SendResume:
    return SendResume(
        ref=intent.ref,
        resource_version=seen.resource_version,
        replicas=original_of(seen, intent.record),
        note=intent.note,
        policy=intent.record.policy,
    )


def _clear(seen: Observation, intent: WakeIntent) -> SendClear:
    return SendClear(ref=intent.ref, resource_version=seen.resource_version, note=intent.note)


def original_of(seen: Observation, record: PauseRecord) -> int:
    """The count to wake with: a person's edit under the same pause-id is obeyed, all else is the record's."""
    if not is_of(seen, record):
        return record.original_replicas
    try:
        return notes.read_original(seen.annotations)
    except InvalidAnnotation:
        return record.original_replicas


def is_of(seen: Observation, record: PauseRecord) -> bool:
    """Whether what the workload carries is of this very pause."""
    return seen.annotations.get(notes.PAUSE_ID) == record.pause_id


def belongs_to_another(seen: Observation, instance: str, pause_id: str = "") -> bool:
    """Whether another installation than this one has annotated it. A pause-id of ours is ours under any name."""
    carried = seen.annotations
    return carried.get(notes.INSTANCE, instance) != instance and carried.get(notes.PAUSE_ID, "-") != pause_id


def given_back_since(seen: Observation, record: PauseRecord) -> bool:
    """Whether the workload carries the note of a wake after this pause, by us or by a person without Temporal."""
    return given_back_at(seen, record) is not None


def given_back_at(seen: Observation, record: PauseRecord) -> datetime | None:
    """When that was; None where it carries no such note."""
    try:
        resumed_at = notes.read_resumed_at(seen.annotations)
    except InvalidAnnotation:
        return None
    is_after = resumed_at is not None and resumed_at >= record.paused_at.replace(microsecond=0)
    return resumed_at if is_after else None
