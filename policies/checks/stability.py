"""Is the workload in the middle of something?"""

from datetime import datetime, timedelta

from policies.checks.case import Case, Check, Finding, Question
from policies.checks.ownership import AUTOSCALER
from policies.checks.reasons import Reason
from policies.durations import format_duration
from policies.times import tell_instant, to_rfc3339
from policies.touches import last_touch
from policies.wording import count
from policies.workload import Rollout, Workload


class RolloutCheck(Check):
    """At zero replicas every rollout looks complete, so a pause in the middle would turn pipelines green falsely.

    A rollout past its deadline does not count: broken workloads are the best candidates.
    """

    reasons = (Reason.ROLLOUT_IN_PROGRESS,)

    def ask(self, case: Case) -> Question:  # noqa: ARG002 - asked of all alike
        """Whether its controller is at work on it."""
        return Question(text="in the middle of a rollout?")

    def show(self, case: Case) -> str:
        """How far the last one came."""
        rollout = case.workload.rollout
        return f"{rollout.updated_replicas} of {count(case.workload.replicas, 'replica')} updated"

    def judge(self, case: Case) -> Finding | None:
        """RolloutInProgress while the rollout is inside its deadline."""
        rollout, replicas = case.workload.rollout, case.workload.replicas
        if rollout.paused or _complete(rollout, replicas) or _past_deadline(case.workload, case.surroundings.now):
            return None
        return Finding(
            reason=Reason.ROLLOUT_IN_PROGRESS,
            sentence=f"a rollout is in progress ({rollout.updated_replicas} of {count(replicas, 'replica')} updated, "
            f"{rollout.available_replicas} available)",
            evidence={
                "generation": str(rollout.generation),
                "observed generation": str(rollout.observed_generation),
                "condition": rollout.progressing_reason or "none",
            },
        )


class RolloutPausedCheck(Check):
    """`kubectl rollout pause`: a person is in the middle of something."""

    reasons = (Reason.ROLLOUT_PAUSED,)

    def ask(self, case: Case) -> Question:  # noqa: ARG002 - asked of all alike
        """Whether somebody holds its rollout."""
        return Question(text="rollout paused?")

    def judge(self, case: Case) -> Finding | None:
        """RolloutPaused."""
        if not case.workload.rollout.paused:
            return None
        return Finding(reason=Reason.ROLLOUT_PAUSED, sentence="its rollout is paused: somebody is working on it")


class CooldownCheck(Check):
    """A workload that was touched lately is left alone for the policy's own cooldown."""

    reasons = (Reason.COOLING_DOWN,)

    def ask(self, case: Case) -> Question:
        """Whether somebody was at work on it a moment ago."""
        return Question(text=f"touched in the last {format_duration(case.policy.spec.cooldown_window)}?")

    def show(self, case: Case) -> str:
        """The last touch."""
        what, touched_at = _last_touch(case)
        return f"{what} on {tell_instant(touched_at, case.policy.zone, case.surroundings.now)}"

    def judge(self, case: Case) -> Finding | None:
        """CoolingDown, with the last touch and when the cooldown ends."""
        what, touched_at = _last_touch(case)
        ends_at = touched_at + case.policy.spec.cooldown_window
        now, zone = case.surroundings.now, case.policy.zone
        if ends_at <= now:
            return None
        touched, ends = tell_instant(touched_at, zone, now), tell_instant(ends_at, zone, now)
        return Finding(
            reason=Reason.COOLING_DOWN,
            sentence=f"{what} at {touched}; it cools down until {ends}",
            evidence={"last touch": what, "at": to_rfc3339(touched_at), "until": to_rfc3339(ends_at)},
        )


def _last_touch(case: Case) -> tuple[str, datetime]:
    """Raises InvalidAnnotation."""
    return max([last_touch(case.workload), *_scalings(case)], key=lambda touch: touch[1])


def _scalings(case: Case) -> list[tuple[str, datetime]]:
    """What an autoscaler did to its count, by the Deployment and by the autoscaler."""
    workload, autoscalers = case.workload, case.surroundings.autoscalers
    times = [each.time for each in workload.writers if each.manager == AUTOSCALER and each.subresource == "scale"]
    if autoscalers is not None:
        times.append(autoscalers.scaled_at.get(workload.ref.key))
    return [("its autoscaler scaled it", time) for time in times if time is not None]


def _complete(rollout: Rollout, replicas: int) -> bool:
    """All replicas updated and the generation observed.

    With a `Progressing` condition its reason decides, as in the deployment controller; without one the counts do.
    """
    if rollout.observed_generation < rollout.generation:
        return False
    counts_agree = rollout.updated_replicas == replicas == rollout.status_replicas
    if rollout.progressing_reason is None:
        return counts_agree
    return counts_agree and rollout.progressing_reason == "NewReplicaSetAvailable"


def _past_deadline(workload: Workload, now: datetime) -> bool:
    """Whether the rollout has run out of time: the controller says so, or nothing was touched for a whole deadline.

    The controller does not always say so: never where the pods of a complete rollout are refused later (a quota
    met at a wake), nor where it cannot even create the ReplicaSet. Whether that is longer ago than the cooldown is
    CooldownCheck's business.
    """
    rollout = workload.rollout
    if rollout.progressing_reason is None or rollout.observed_generation < rollout.generation:
        return False
    if rollout.progressing_reason == "ProgressDeadlineExceeded":
        return True
    _, touched_at = last_touch(workload)
    return touched_at + timedelta(seconds=rollout.deadline_seconds) <= now
