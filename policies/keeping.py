"""What a hibernation does about its sleeper: at the timer's end, and whenever it is told to check.

The workload itself decides before any policy does: gone, raised by somebody, stripped of its record, excluded,
deployed into. Only then is it asked who wants it asleep, and until when.
"""

from datetime import datetime, timedelta
from typing import Literal

from policies import annotations as notes
from policies.annotations import Because, PauseRecord
from policies.models import Frozen
from policies.protocol import belongs_to_another, given_back_since, original_of
from policies.waking import DEFAULT_COOLDOWN
from policies.wanting import Wish
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


class Sleep(Frozen):
    """A sleep as its hibernation remembers it: the second half of the double record."""

    record: PauseRecord
    revision: str = ""
    """The Deployment's revision when it went to sleep: another one means a deploy."""
    extended_until: datetime | None = None
    """A person's `extend`: nothing moves the wake before it."""


class Verdict(Frozen):
    """What to do: stay, write the record again or anew, wake, or end because there is nothing of ours any more."""

    act: Literal["stay", "record", "wake", "end"]
    sentence: str
    record: PauseRecord
    because: Because = Because.COOLDOWN


def review(sleep: Sleep, consulted: Consultation, now: datetime) -> Verdict:
    """The verdict on a sleeper at this instant. `consulted.seen` must not be None."""
    seen = consulted.seen
    assert seen is not None
    record = sleep.record
    if seen.replicas > 0:
        return _wake(record, Because.PERSON, "somebody raised its replica count")
    ours = seen.annotations.get(notes.PAUSE_ID) == record.pause_id
    deployed = bool(sleep.revision) and seen.revision != sleep.revision
    if ours:
        record = record.model_copy(update={"original_replicas": original_of(seen, record)})
    elif belongs_to_another(seen, record.instance, record.pause_id):
        return Verdict(act="end", record=record, sentence="it sleeps under another installation")
    elif given_back_since(seen, record):
        return Verdict(act="end", record=record, sentence="it was woken and then scaled to zero by somebody else")
    if consulted.excluded:
        return _wake(record, Because.PERSON, "somebody excluded it")
    if deployed and not consulted.stay_through_deploys:
        return _wake(record, Because.DEPLOY, "a deploy came in")
    return _keep(sleep, record, consulted, now, stripped=not ours)


def _keep(sleep: Sleep, record: PauseRecord, consulted: Consultation, now: datetime, *, stripped: bool) -> Verdict:
    until, policy = record.resume_at, record.policy
    extended = sleep.extended_until
    if extended is not None and extended <= now:
        extended = None
    if consulted.policies_known and not consulted.held:
        if consulted.wish is None and extended is None:
            return _wake(record, Because.COOLDOWN, "no policy wants it asleep any more")
        if consulted.wish is not None:
            until, policy = consulted.wish.until, consulted.wish.policy
        else:
            until = extended
    if until is not None and extended is not None:
        until = max(until, extended)
    if until is not None and until <= now:
        return _wake(record, Because.COOLDOWN, "its time has come")
    updated = record.model_copy(update={"resume_at": until, "policy": policy})
    if stripped:
        return Verdict(act="record", record=updated, sentence="its annotations were stripped: they are restored")
    if updated != sleep.record:
        return Verdict(act="record", record=updated, sentence="its wake time or its policy changed")
    return Verdict(act="stay", record=updated, sentence="it goes on sleeping")


def _wake(record: PauseRecord, because: Because, sentence: str) -> Verdict:
    return Verdict(act="wake", record=record, because=because, sentence=sentence)
