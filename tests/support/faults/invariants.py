"""What must hold of every case, judged on the revision log and on what the service asked for.

The numbers are those of the product's promise:

    I1  no zero of ours without a recorded count        I8   no late effect
    I2  exactly the count there was                     I9   exclusion and foreign zeros are respected
    I3  one record restores the other                   I10  no fight: two zeros asserted again, no third
    I4  every write carries version, uid and manager    I11  a person's wake is never undone
    I5  recorded before, forgotten after                I12  every ambiguity ends running
    I6  only our fields                                 I13  quiet in the end
    I7  one scale-down a pause                          I14  no decision on a cache
                                                        I15  a Retry-After is obeyed
                                                        I16  another uid is never written from an old record

The oracle of the counts is not the service's: it is the last count that anybody else gave the Deployment, be it as an
edit of the record of a sleep or as a zero that they own. An edit that somebody else wiped out before the service had
read it is known to nobody: then it is the count before the edit.
"""

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from faults.points import Point
from faults.revisions import Revision
from faults.subjects import Entry, Subject
from policies.names import FIELD_MANAGER

_RECORD = ("paused", "paused-at", "paused-by", "original-replicas", "pause-id", "instance", "resume-at", "hourly-cost")
_MOST_REASSERTS = 2
_EPSILON = 0.05
"""Seconds by which two clocks of one machine may differ."""


@dataclass(frozen=True)
class Violation:
    """A broken invariant, with the line that replays the case."""

    invariant: str
    case: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.invariant} broken: {self.sentence}\n    replay: {self.case}"


def judge(subject: Subject, revisions: Sequence[Revision], line: str) -> list[Violation]:
    """All that is wrong with one case, once everything has come to rest."""
    ours = {entry.revision: entry for entry in subject.log if entry.changed}
    found = [*_judge_requests(subject), *_judge_rest(subject), *_judge_records(subject, revisions)]
    for uid in dict.fromkeys(revision.uid for revision in revisions):
        life = [revision for revision in revisions if revision.uid == uid]
        found += _Life(life, ours, subject).judge(is_last=revisions[-1].uid == uid)
    return [Violation(invariant, line, sentence) for invariant, sentence in found]


Found = Iterator[tuple[str, str]]


def _judge_requests(subject: Subject) -> Found:
    patient_until = 0.0
    for entry in subject.log:
        request = entry.request
        if request.method not in {"GET", "PATCH"}:
            yield "I6", f"a {request.method} was sent"
        if request.method == "GET" and "resourceVersion" in request.query:
            yield "I14", "a decision was read from a cache"
        if request.method == "PATCH":
            version, uid = request.preconditions
            query = request.query
            if not (version.isdecimal() and int(version) > 0 and uid):
                yield "I4", f"{entry.point} was sent under version {version!r} and uid {uid!r}"
            if query.get("fieldManager") != FIELD_MANAGER or query.get("fieldValidation") != "Strict":
                yield "I4", f"{entry.point} was sent as {query}"
        if entry.at + _EPSILON < patient_until:
            yield "I15", f"{entry.point} came {patient_until - entry.at:.1f} s before Retry-After had passed"
        if entry.patience:
            patient_until = entry.at + entry.patience


def _judge_rest(subject: Subject) -> Found:
    """Whether it was quiet after the last life had ended: what comes then was sent before."""
    after = [entry for entry in subject.log if entry.cycle == AFTER and entry.request.method == "PATCH"]
    if after:
        yield "I13", f"{len(after)} writes after everything had ended, the first {after[0].point}"


def _judge_records(subject: Subject, revisions: Sequence[Revision]) -> Found:
    """Whether what still slept after an interference carried its record again."""
    for revision in revisions:
        if revision.version in subject.kept_at and not has_count(revision):
            yield "I3", "it slept on without a record that could be read"


def has_count(revision: Revision) -> bool:
    """Whether it carries a recorded count that can be read."""
    recorded = revision.annotations.get("original-replicas", "")
    return recorded.isdecimal() and int(recorded) >= 1


AFTER = 1_000_000
"""The cycle of a subject whose last life is over."""


class _Life:
    """One Deployment (one uid), revision by revision."""

    def __init__(self, revisions: list[Revision], ours: dict[str, Entry], subject: Subject) -> None:
        self._revisions = revisions
        self._ours = ours
        self._subject = subject
        self._choice = revisions[0].replicas
        """The count that somebody else last gave it."""
        self._unread: tuple[Revision, int] | None = None
        """A person's edit of the record that the service has not read yet, and the choice before it."""
        self._before_zero = self._choice
        self._own_zero = False
        self._zeros = Counter[str]()
        self._given_back: set[str] = set()
        self._reasserts = 0

    def judge(self, *, is_last: bool) -> Found:
        """Everything that is wrong with it."""
        for previous, revision in itertools.pairwise(self._revisions):
            entry = self._ours.get(revision.version)
            if entry is None:
                self._learn(previous, revision)
                continue
            yield from _judge_write(previous, revision, entry, self._choice)
            if previous.replicas > 0 and revision.replicas == 0:
                yield from self._judge_down(previous, revision, entry)
            elif previous.replicas == 0 and revision.replicas > 0:
                yield from self._judge_up(previous, revision)
        if is_last:
            yield from _judge_end(self._revisions[-1], self._choice)

    def _learn(self, previous: Revision, revision: Revision) -> None:
        """What somebody else's change says of the count they want."""
        self._own_zero = self._own_zero and revision.replicas == 0
        if revision.replicas != previous.replicas:
            self._choice, self._unread = revision.replicas, None
            return
        if revision.wanted_at_zero:
            self._choice, self._unread = 0, None
            return
        if self._unread is not None and self._was_read(self._unread[0], revision):
            self._unread = None
        if revision.replicas == 0 and _edited_count(previous, revision):
            before = self._choice if self._unread is None else self._unread[1]
            self._unread, self._choice = (revision, before), int(revision.annotations["original-replicas"])
        elif self._unread is not None and not has_count(revision):
            self._choice, self._unread = self._unread[1], None

    def _was_read(self, edit: Revision, later: Revision) -> bool:
        """Whether the service got to know an edit before it was overwritten."""
        return any(int(edit.version) <= version < int(later.version) for version in self._subject.read)

    def _judge_down(self, previous: Revision, revision: Revision, entry: Entry) -> Found:
        pause_id = revision.annotations.get("pause-id", "")
        self._before_zero, self._own_zero = previous.replicas, True
        self._zeros[pause_id] += 1
        raised = _was_raised(self._revisions, previous, self._ours)
        self._reasserts += raised
        if raised and not self._subject.autoscaled:
            yield "I11", "a count that somebody raised was taken back"
        if self._zeros[pause_id] > 1:
            yield "I7", f"pause {pause_id} scaled down {self._zeros[pause_id]} times"
        if self._reasserts > _MOST_REASSERTS:
            yield "I10", f"{self._reasserts} zeros were asserted again"
        if revision.wall > self._subject.ended.get(entry.cycle, revision.wall) + _EPSILON:
            yield "I8", "a scale-down took effect after its hibernation had ended"

    def _judge_up(self, previous: Revision, revision: Revision) -> Found:
        owed = self._choice if self._choice > 0 else self._before_zero
        if revision.replicas != owed:
            yield "I2", f"{revision.replicas} replicas were given back, not {owed}"
        pause_id = previous.annotations.get("pause-id", "")
        if previous.wanted_at_zero:
            yield "I2", "a zero that somebody chose was scaled up"
        if pause_id in self._given_back:
            yield "I2", f"the sleep {pause_id} was given back twice, over somebody's zero"
        self._given_back.add(pause_id)
        if not self._own_zero and not previous.annotations.get("paused"):
            yield "I9", "a zero of somebody else's was scaled up"
        self._choice, self._own_zero = revision.replicas, False


def _judge_write(previous: Revision, revision: Revision, entry: Entry, choice: int) -> Found:
    if revision.rest != previous.rest:
        yield "I6", f"{entry.point} changed more than our fields"
    if entry.request.preconditions[1] != revision.uid:
        yield "I16", f"{entry.point} reached another Deployment of the name"
    if revision.replicas == 0 and choice > 0 and not has_count(revision):
        yield ("I1" if entry.point is Point.W2 else "I5"), f"{entry.point} left it at zero without a recorded count"
    if previous.replicas > 0 and revision.replicas == 0:
        if previous.annotations.get("exclude", "false") != "false" or "exclude-until" in previous.annotations:
            yield "I9", "it was paused although it was excluded"
        until = previous.annotations.get("awake-until")
        if until is not None and datetime.fromisoformat(until).timestamp() > revision.wall + 1:
            yield "I11", f"it was paused before its awake-until {until}"


def _judge_end(last: Revision, choice: int) -> Found:
    if last.deleted:
        return
    # A count that a person writes onto what runs, without our name beside it, is theirs.
    ours = {"paused", "instance"} & last.annotations.keys()
    left = [key for key in _RECORD if ours and key in last.annotations]
    if last.replicas == 0 and choice > 0:
        yield "I12", "it is down in the end"
    elif last.replicas != choice:
        yield "I2", f"it ends with {last.replicas} replicas; the last that anybody else chose was {choice}"
    if left and (last.replicas > 0 or choice == 0):
        yield "I12", f"nothing sleeps here, and it still carries {', '.join(left)}"


def _edited_count(previous: Revision, revision: Revision) -> bool:
    """Whether a person wrote another count into the record of a sleep."""
    key, edited = "original-replicas", revision.annotations.get("original-replicas", "")
    same = revision.annotations.get("pause-id", "") == previous.annotations.get("pause-id") != ""
    return same and edited != previous.annotations.get(key) and edited.isdecimal() and int(edited) >= 1


def _was_raised(life: list[Revision], previous: Revision, ours: dict[str, Entry]) -> bool:
    """Whether this zero follows a count that somebody raised while this sleep, or the one before it, was recorded."""
    position = life.index(previous)
    for earlier, later in zip(reversed(life[:position]), reversed(life[: position + 1]), strict=False):
        if "paused" not in later.annotations or (later.version in ours and later.replicas == 0):
            return False
        if earlier.replicas == 0 and later.replicas > 0:
            return "paused" in earlier.annotations and later.version not in ours
    return False
