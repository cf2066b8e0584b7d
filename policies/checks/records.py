"""What the workload's own annotations say: asleep already, somebody else's, taken out, unreadable, kept awake."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from policies import annotations as notes
from policies.checks.case import AnswerKind, Case, Check, Finding, Question
from policies.checks.marks import object_by_exclusion, object_by_namespace, object_by_note
from policies.checks.reasons import Reason
from policies.wake_after import targets_of
from policies.wording import as_name
from policies.workload import Workload


class PausedCheck(Check):
    """A workload that carries a pause, or a part of one, is never paused again, no matter who paused it."""

    reasons = (Reason.ALREADY_PAUSED, Reason.OTHER_INSTANCE)

    def ask(self, case: Case) -> Question:  # noqa: ARG002 - asked of all alike
        """Whether there is anything left to pause."""
        return Question(text="paused already?")

    def judge(self, case: Case) -> Finding | None:
        """AlreadyPaused, or OtherInstance where another installation did it, or where what it carries is nobody's."""
        carried = case.workload.annotations
        instance = carried.get(notes.INSTANCE, "")
        told = as_name(instance)
        evidence = {"paused by": notes.read_paused_by(carried), "instance": told}
        strays = stray_keys(case.workload, case.surroundings.instance)
        if strays:
            return Finding(reason=Reason.OTHER_INSTANCE, sentence=describe_strays(strays), evidence=evidence)
        if notes.PAUSED not in carried and (case.workload.is_down or not notes.is_annotated(carried)):
            return None
        if instance != case.surroundings.instance:
            return Finding(
                reason=Reason.OTHER_INSTANCE,
                sentence=f"paused by another installation ({told or 'unnamed'}); it is shown, never touched",
                evidence=evidence,
            )
        asleep = "it sleeps already" if case.workload.is_down else "it runs, but still carries a pause to clear"
        return Finding(
            reason=Reason.ALREADY_PAUSED,
            sentence=f"{asleep} (policy {evidence['paused by'] or 'unknown'})",
            evidence=evidence,
        )


def stray_keys(workload: Workload, instance: str) -> tuple[str, ...]:
    """The annotations of a sleep on a workload that runs, if they are not of this installation: of another one, of a
    backup, or typed by somebody. Only their owner knows what they are for, so none is obeyed and none removed.
    """
    carried = workload.annotations
    if workload.is_down or carried.get(notes.INSTANCE, "") == instance:
        return ()
    return tuple(key for key in notes.ASLEEP_KEYS if key in carried)


def describe_strays(keys: Iterable[str]) -> str:
    """What is to be said of them, with the remedy."""
    return f"it runs, and carries annotations that are not ours: {', '.join(keys)}; it is left alone until they go"


class ExcludedCheck(Check):
    """A person's `exclude` or `exclude-until`, on the workload or on its namespace."""

    reasons = (Reason.EXCLUDED,)

    def ask(self, case: Case) -> Question:  # noqa: ARG002 - asked of all alike
        """Whether a person took it out."""
        return Question(text="left alone by an exclusion?")

    def judge(self, case: Case) -> Finding | None:
        """Excluded while an annotation is in force."""
        zone, now, namespace = case.policy.zone, case.surroundings.now, case.workload.ref.namespace
        marks = case.surroundings.namespace_marks.get(namespace, {})
        return object_by_namespace(marks, namespace, zone, now) or object_by_exclusion(
            case.workload.annotations, zone, now
        )


class ReadableCheck(Check):
    """Annotations of ours that cannot be read: somebody meant something, so nothing is done."""

    reasons = (Reason.INVALID_ANNOTATION,)

    def ask(self, case: Case) -> Question:  # noqa: ARG002 - asked of all alike
        """Whether it is clear what people wrote on it."""
        return Question(text="finops.io annotations readable?", clears=AnswerKind.YES)

    def judge(self, case: Case) -> Finding | None:
        """Reads what the later checks need, so that a bad value is told as InvalidAnnotation and nothing else."""
        notes.excluded_until(case.workload.annotations, ZoneInfo(case.policy.zone))
        notes.read_note(case.workload.annotations)
        notes.read_resumed_at(case.workload.annotations)
        targets_of(case.workload.annotations)
        return None


class KeptAwakeCheck(Check):
    """No policy pauses a workload before its `awake-until`, nor on a day on which another one keeps it awake."""

    reasons = (Reason.KEPT_AWAKE,)

    def ask(self, case: Case) -> Question:  # noqa: ARG002 - asked of all alike
        """Whether a wake, a person or a day of another policy holds it awake."""
        return Question(text="kept awake?")

    def judge(self, case: Case) -> Finding | None:
        """KeptAwake until the time that the last wake, or a person, set; or by a day's exception."""
        workload = case.workload
        for policy in case.surroundings.keeping_awake:
            if policy.is_about(workload.ref.namespace, workload.labels):
                sentence = f"policy {policy.name} keeps it awake today"
                return Finding(reason=Reason.KEPT_AWAKE, sentence=sentence, evidence={"policy": policy.name})
        return object_by_note(workload.annotations, case.policy.zone, case.surroundings.now)
