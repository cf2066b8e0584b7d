"""Staying awake: the hibernation stays open for as long as the workload may not be paused."""

from datetime import datetime, timedelta

from temporalio import workflow

from activities.hibernation.writes import WriteActivities
from policies.annotations import Because, WakeNote, is_annotated
from policies.readable import readable_note, readable_pause
from policies.sleep.actions import SendClear, SendNote
from policies.sleep.messages import PauseOrder, Phase, WakeRequest
from policies.sleep.protocol import belongs_to_another
from policies.sleep.review import Sleep
from policies.sleep.wake_note import LONG
from policies.times import in_words
from policies.workload import Observation
from workflows.life.attempt import doubled
from workflows.life.continuing import continue_if_long
from workflows.life.endings import woken_by
from workflows.life.life import Life
from workflows.life.sending import send

WRITE_AGAIN_AFTER = timedelta(seconds=15)
"""After the first write that failed; then twice as long each time, up to five minutes."""


async def stay_awake(life: Life) -> PauseOrder | None:
    """Wait out the note. A person's pause ends the wait and is returned. None also where the workload was found asleep
    under a record of ours: then it is to be woken, as `life.waking` says.
    """
    while True:
        _hear_late_wish(life)
        await continue_if_long(life)
        note = life.note
        if life.requests.keep_awake is not None:
            await _write_note(life, life.requests.keep_awake)
            continue
        if life.requests.pause is not None:
            asked, life.requests.pause = life.requests.pause, None
            return asked.order
        if life.requests.check is not None:
            life.requests.check = None
            await _clear_stale_record(life)
            if life.waking is not None:
                return None
            continue
        if note is None or note.awake_until <= workflow.now():
            return None
        life.enter(Phase.AWAKE if note.because in LONG else Phase.COOLING)
        await life.rest_until(
            note.awake_until,
            lambda: (
                life.requests.keep_awake is not None
                or life.requests.pause is not None
                or life.requests.check is not None
            ),
            summary=f"not paused again before {in_words(note.awake_until, life.zone)}",
        )


def _hear_late_wish(life: Life) -> None:
    """Somebody asked for a wake while it was shown as waking up still: it is awake, and a time to stay so is a wish."""
    wake, life.requests.wake, life.heard = life.requests.wake, None, None
    if wake is not None:
        life.requests.keep(wake)


async def _write_note(life: Life, until: datetime) -> None:
    """Keep the workload awake until then. Its annotation says so too, should Temporal be lost.

    A longer time that it carries stays, whoever wrote it, unless this wish may shorten it.
    """
    consulted = await life.consult()
    if consulted is None:
        return
    seen = consulted.seen
    if seen is None:
        life.requests.keep_awake = None
        return
    # A wish is about the name: it also holds for a Deployment that was created again meanwhile.
    life.hibernation = life.hibernation.replace(ref=seen.ref)
    wish, before = life.requests.keep_awake_wish, _longer(life.note, readable_note(seen.annotations))
    is_shorter = before is not None and before.awake_until > until
    if before is not None and is_shorter and not wish.may_shorten:
        if before is not life.note:
            asked = WakeRequest(by=before.by or "somebody", reason=before.reason).asked
            life.note, life.requests.kept = before, f"kept awake by {asked}"
        _settle(life, until)
        return
    note = WakeNote(
        resumed_at=life.note.resumed_at if life.note is not None else workflow.now().replace(microsecond=0),
        awake_until=until,
        because=Because.KEEP_AWAKE,
        by=wish.by,
        reason=wish.reason,
    )
    outcome = await send(
        WriteActivities.send_note,
        SendNote(ref=life.hibernation.ref, resource_version=seen.resource_version, note=note),
        summary=f"keep {life.hibernation.ref} awake",
    )
    if outcome.result in {"done", "gone", "denied"}:
        _settle(life, until)
        life.note, life.refused = note, 0
        life.requests.kept = _tell_kept(life, wish, before if is_shorter else None)
        life.enter(Phase.AWAKE, trouble=outcome.sentence)
        return
    if outcome.result != "conflict":
        await _rest(life)


def _longer(one: WakeNote | None, other: WakeNote | None) -> WakeNote | None:
    return max((note for note in (one, other) if note is not None), key=lambda note: note.awake_until, default=None)


def _settle(life: Life, until: datetime) -> None:
    """The wish is dealt with, unless there is another one meanwhile."""
    if life.requests.keep_awake == until:
        life.requests.keep_awake = None


def _tell_kept(life: Life, wish: WakeRequest, shortened: WakeNote | None) -> str:
    told = f"kept awake by {wish.asked}" if wish.by else life.requests.kept
    if shortened is None:
        return told
    by = f" by {shortened.by}" if shortened.by else ""
    return f"{told or 'kept awake'}; it was kept awake until {in_words(shortened.awake_until, life.zone)}{by}"


async def _clear_stale_record(life: Life) -> None:
    """A rollout undo can bring an old record back onto a running workload: it is cleared, and nothing scaled.

    A record of another installation may be a pause that it has just begun.
    """
    consulted = await life.consult()
    if consulted is None:
        life.requests.look()
        return
    seen = consulted.seen
    if seen is None or not is_annotated(seen.annotations):
        return
    if seen.is_down:
        _take_over(life, seen)
        return
    if belongs_to_another(seen, life.hibernation.instance):
        return
    # It was created again with its old annotations: a note under the old uid would be refused for ever.
    life.hibernation = life.hibernation.replace(ref=seen.ref)
    outcome = await send(
        WriteActivities.send_clear,
        SendClear(ref=life.hibernation.ref, resource_version=seen.resource_version, note=life.note),
        summary=f"clear a stale record of {life.hibernation.ref}",
    )
    if outcome.result == "done":
        life.refused = 0
        return
    if outcome.result != "conflict":
        await _rest(life)
    life.requests.look()


def _take_over(life: Life, seen: Observation) -> None:
    """Somebody restored it from a copy of its sleep: it is woken, and stays awake for as long as it would have."""
    record = readable_pause(seen.annotations)
    if record is None or record.instance != life.hibernation.instance or seen.zero_chosen_by:
        return
    wake = WakeRequest(
        by="the wish to keep it awake: it was restored from a copy of its sleep",
        until=None if life.note is None else life.note.awake_until,
    )
    life.hibernation = life.hibernation.replace(ref=seen.ref)
    life.sleep = Sleep(record=record, revision=seen.revision)
    life.requests.wake = life.heard = wake
    life.waking = woken_by(wake)


async def _rest(life: Life) -> None:
    """Before the next try. A new wish of a person does not wait."""
    asked, back_off = life.requests.keep_awake, doubled(WRITE_AGAIN_AFTER, life.refused)
    life.refused += 1
    await life.rest_until(
        workflow.now() + back_off,
        lambda: life.requests.keep_awake != asked or life.requests.pause is not None,
        summary="wait before the next try",
    )
