"""What a hibernation does about its sleeper: at the timer's end, and whenever it is told to check.

The workload itself decides before any policy does: gone, raised by somebody, stripped of its record, excluded,
deployed into. Only then is it asked who wants it asleep, and until when.
"""

from datetime import datetime, timedelta
from typing import Literal

from policies import annotations as notes
from policies.annotations import Because, PauseRecord
from policies.checks.ownership import IGNORE_RULE
from policies.models import Frozen
from policies.sleep.protocol import belongs_to_another, given_back_at, given_back_since, original_of
from policies.sleep.raised_count import LATEST_LOOK, Raised, Watch
from policies.sleep.wake_note import DEFAULT_COOLDOWN
from policies.sleep.wishes import Wish
from policies.workload import Observation


class Consultation(Frozen):
    """One fresh read of a sleeper, with what the policies say of it now."""

    seen: Observation | None = None
    wishes: tuple[Wish, ...] = ()
    wish: Wish | None = None
    """The wish that counts."""
    policies_known: bool = True
    """False where the source could not be read, or the sleeper's policy does not parse: its wake time stands."""
    held: bool = False
    """A hold is on: sleepers keep their wake times, and nothing is handed over."""
    excluded: bool = False
    stay_through_deploys: bool = False
    cooldown: timedelta = DEFAULT_COOLDOWN
    window_end: datetime | None = None
    """The latest end of the windows that run, whether their policies want it asleep or not."""
    temporal_ahead: timedelta = timedelta(0)
    """How far Temporal's clock is ahead of the cluster's (negative: behind); 0 where they agree."""
    raised: Raised | None = None
    """Where the count is not zero any more: what is known of who raised it."""
    zone: str = ""
    """Of the sleep's policy; empty where that is not known."""


class Sleep(Frozen):
    """A sleep as its hibernation remembers it: the second half of the double record."""

    record: PauseRecord
    revision: str = ""
    """The Deployment's revision when it went to sleep: another one means a deploy."""
    extended_until: datetime | None = None
    """A person's `extend`: nothing moves the wake before it."""
    watch: Watch | None = None
    """Set for the first minute of a sleep under an HPA."""

    def watched(self, now: datetime) -> "Sleep":
        """The same sleep after a look at this instant: a watch that is over is not kept."""
        over = self.watch is not None and self.watch.ends_at <= now
        return self.replace(watch=None) if over else self


class Verdict(Frozen):
    """What to do: stay, write the record (again, or changed), put it to sleep again, wake, or end because nothing of
    ours is left.
    """

    act: Literal["stay", "record", "reassert", "wake", "end"]
    sentence: str
    record: PauseRecord
    because: Because = Because.COOLDOWN
    outcome: str = "woken"
    """What a wake is called in the end."""
    raised_at: datetime | None = None
    """Where somebody raised its count: when, at the latest."""
    woken_at: datetime | None = None
    """Where somebody else woke it: when. For the figures only."""


def review(sleep: Sleep, consulted: Consultation, now: datetime) -> Verdict:
    """The verdict on a sleeper at this instant. `consulted.seen` must not be None."""
    seen = consulted.seen
    assert seen is not None
    record = sleep.record
    if not seen.is_down:
        given_back = given_back_at(seen, record)
        if given_back is not None:
            woken = _choice(record, "somebody woke it without Temporal", "woken by someone")
            return woken.replace(woken_at=min(given_back, now))
        verdict = _review_raised(sleep, seen, consulted, now)
        at = consulted.raised.at if consulted.raised is not None else None
        return verdict.replace(raised_at=min(at or now, now))
    ours = seen.annotations.get(notes.PAUSE_ID) == record.pause_id
    deployed = bool(sleep.revision) and seen.revision != sleep.revision
    if ours:
        record = record.replace(original_replicas=original_of(seen, record))
    elif belongs_to_another(seen, record.instance, record.pause_id):
        return Verdict(act="end", record=record, sentence="it sleeps under another installation")
    elif given_back_since(seen, record):
        return Verdict(act="end", record=record, sentence="it was woken and then scaled to zero by somebody else")
    if seen.zero_chosen_by:
        return _choice(record, f"{seen.zero_chosen_by} wants it at zero", "taken over")
    if consulted.excluded:
        return _wake(record, Because.PERSON, "somebody excluded it")
    if deployed and not consulted.stay_through_deploys:
        return _wake(record, Because.DEPLOY, "a deploy came in")
    return _keep(sleep, record, consulted, now, stripped=not ours)


def _review_raised(sleep: Sleep, seen: Observation, consulted: Consultation, now: datetime) -> Verdict:
    record, raised = sleep.record, consulted.raised or Raised()
    if raised.reverted_by:
        sentence = f"{raised.reverted_by} put its replica count back to {seen.replicas}: {IGNORE_RULE}"
        return Verdict(act="wake", record=record, because=Because.CONTESTED, sentence=sentence, outcome="contested")
    sentence = f"{raised.owner or 'somebody'} raised its replica count to {seen.replicas}"
    if not notes.is_annotated(seen.annotations):
        return _choice(record, f"{sentence} and removed its record", "taken over")
    if _is_overwritten(sleep, seen, raised, consulted, now):
        return Verdict(act="reassert", record=record, sentence=sentence)
    return _choice(record, sentence, "woken by someone")


def _is_overwritten(sleep: Sleep, seen: Observation, raised: Raised, consulted: Consultation, now: datetime) -> bool:
    """Whether an HPA wrote over our zero, and nothing has come up since that speaks against the pause."""
    watch, bounds, record = sleep.watch, raised.bounds, sleep.record
    if watch is None or bounds is None or now >= min(watch.not_after, watch.ends_at + LATEST_LOOK):
        return False
    untouched = (
        bounds.low <= seen.replicas <= bounds.high
        and raised.settled
        and seen.revision == sleep.revision
        and seen.annotations.get(notes.PAUSE_ID) == record.pause_id
    )
    wanted = (
        consulted.policies_known
        and not consulted.held
        and not consulted.excluded
        and any(wish.policy == record.policy for wish in consulted.wishes)
    )
    return untouched and wanted


def _choice(record: PauseRecord, sentence: str, outcome: str) -> Verdict:
    return Verdict(act="wake", record=record, because=Because.PERSON, sentence=sentence, outcome=outcome)


def _keep(sleep: Sleep, record: PauseRecord, consulted: Consultation, now: datetime, *, stripped: bool) -> Verdict:
    now -= max(consulted.temporal_ahead, timedelta(0))  # time has come when both clocks say so: never early
    until, policy = record.resume_at, record.policy
    extended = sleep.extended_until
    if extended is not None and extended <= now:
        extended = None
    if consulted.policies_known and not consulted.held:
        if consulted.wish is None and extended is None and consulted.window_end is not None:
            return _wake(record, Because.RESUME_AFTER, "it has slept for as long as a window's policy wants")
        if consulted.wish is None and extended is None:
            over = until is not None and until <= now
            return _wake(
                record, Because.COOLDOWN, "its time has come" if over else "no policy wants it asleep any more"
            )
        if consulted.wish is not None:
            until, policy = consulted.wish.until, consulted.wish.policy
        else:
            until = extended
    if until is not None and extended is not None:
        until = max(until, extended)
    if until is not None and until <= now:
        return _wake(record, Because.COOLDOWN, "its time has come")
    updated = record.replace(resume_at=until, policy=policy)
    if stripped:
        return Verdict(act="record", record=updated, sentence="its annotations were stripped: they are restored")
    if updated != sleep.record:
        return Verdict(act="record", record=updated, sentence="its wake time or its policy changed")
    return Verdict(act="stay", record=updated, sentence="it goes on sleeping")


def _wake(record: PauseRecord, because: Because, sentence: str) -> Verdict:
    return Verdict(act="wake", record=record, because=because, sentence=sentence)
