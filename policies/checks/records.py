"""What the workload's own annotations say: asleep already, somebody else's, taken out, unreadable, kept awake."""

from zoneinfo import ZoneInfo

from policies import annotations as notes
from policies.checks.case import Case, Check, Finding
from policies.ordering import targets_of
from policies.reasons import Reason
from policies.times import LATEST, to_rfc3339


class PausedCheck(Check):
    """A workload that carries a pause is never paused again, whoever paused it."""

    reasons = (Reason.ALREADY_PAUSED, Reason.OTHER_INSTANCE)

    def judge(self, case: Case) -> Finding | None:
        """AlreadyPaused, or OtherInstance where another installation did it."""
        carried = case.workload.annotations
        if notes.PAUSED not in carried:
            return None
        instance = carried.get(notes.INSTANCE, "")
        evidence = {"paused by": carried.get(notes.PAUSED_BY, ""), "instance": instance}
        if instance != case.surroundings.instance:
            return Finding(
                reason=Reason.OTHER_INSTANCE,
                sentence=f"paused by another installation ({instance or 'unnamed'}); it is shown, never touched",
                evidence=evidence,
            )
        asleep = "it sleeps already" if case.workload.replicas == 0 else "it runs, but still carries a pause to clear"
        return Finding(
            reason=Reason.ALREADY_PAUSED,
            sentence=f"{asleep} (policy {evidence['paused by'] or 'unknown'})",
            evidence=evidence,
        )


class ExcludedCheck(Check):
    """A person's `exclude` or `exclude-until`, on the workload or on its namespace."""

    reasons = (Reason.EXCLUDED,)

    def judge(self, case: Case) -> Finding | None:
        """Excluded while an annotation is in force."""
        return self._judge_namespace(case) or self._judge_workload(case)

    def _judge_namespace(self, case: Case) -> Finding | None:
        namespace = case.workload.ref.namespace
        marks = case.surroundings.namespace_marks.get(namespace)
        until = None if marks is None else notes.kept_awake_until(marks, ZoneInfo(case.policy.zone))
        if until is None or until <= case.surroundings.now:
            return None
        said = "" if until == LATEST else f" until {to_rfc3339(until)}"
        return Finding(
            reason=Reason.EXCLUDED,
            sentence=f"a person took its namespace {namespace} out{said}",
            evidence={"until": to_rfc3339(until)},
        )

    def _judge_workload(self, case: Case) -> Finding | None:
        until = notes.excluded_until(case.workload.annotations, ZoneInfo(case.policy.zone))
        if until is None or until <= case.surroundings.now:
            return None
        carried = case.workload.annotations
        if carried.get(notes.EXCLUDE) == "true":
            return Finding(reason=Reason.EXCLUDED, sentence=f"a person took it out with {notes.EXCLUDE}")
        return Finding(
            reason=Reason.EXCLUDED,
            sentence=f"a person took it out until {carried[notes.EXCLUDE_UNTIL]}",
            evidence={"until": to_rfc3339(until)},
        )


class ReadableCheck(Check):
    """Annotations of ours that cannot be read: somebody meant something, so nothing is done."""

    reasons = (Reason.INVALID_ANNOTATION,)

    def judge(self, case: Case) -> Finding | None:
        """Reads what the later checks need, so that a bad value is told as InvalidAnnotation and nothing else."""
        notes.read_note(case.workload.annotations)
        notes.read_resumed_at(case.workload.annotations)
        targets_of(case.workload.annotations)
        return None


class KeptAwakeCheck(Check):
    """No policy pauses a workload before its `awake-until`, nor on a day on which another one keeps it awake."""

    reasons = (Reason.KEPT_AWAKE,)

    def judge(self, case: Case) -> Finding | None:
        """KeptAwake until the time that the last wake, or a person, set; or by a day's exception."""
        workload = case.workload
        for policy in case.surroundings.keeping_awake:
            if policy.is_about(workload.ref.namespace, workload.labels):
                sentence = f"policy {policy.name} keeps it awake today"
                return Finding(reason=Reason.KEPT_AWAKE, sentence=sentence, evidence={"policy": policy.name})
        note = notes.read_note(workload.annotations)
        if note is None or note.awake_until <= case.surroundings.now:
            return None
        return Finding(
            reason=Reason.KEPT_AWAKE,
            sentence=f"kept awake until {to_rfc3339(note.awake_until)} ({note.because})",
            evidence={"awake until": to_rfc3339(note.awake_until), "because": note.because.value},
        )
