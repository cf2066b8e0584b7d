"""The writes of the protocol as Temporal activities.

Each sends what the workflow decided, under the resourceVersion the workflow gave it, and never reads the workload: a
worker that was cut off and comes back late can then only fail. What surrounds a pause is read before W1. What went
wrong comes back as an outcome, not as an exception: the workflow decides again from a fresh read, and knows whether a
write may still land.

What landed is logged with its count: should both records of a sleep be lost, the log still tells what was known.
"""

import logging
from collections.abc import Callable
from datetime import datetime

from temporalio import activity

from activities.alerts.raised import alert_once
from activities.alerts.refusals import Act, Refusals
from activities.clocks import Clocks
from activities.errors import (
    Conflict,
    CountChanged,
    Denied,
    KubernetesError,
    NotFound,
    OutcomeUnknown,
    Rejected,
    Throttled,
    UnexpectedAnswer,
    Unreachable,
)
from activities.hibernation.orders import WriteOutcome
from activities.kube.objects.events import EventRecorder
from activities.kube.objects.namespaces import NamespaceReader
from activities.kube.workloads.workloads import Workloads
from activities.metrics import count_action
from activities.snapshot import Snapshot, Snapshots
from policies.annotations import RESUMED_AT, AnnotationPatch, PauseRecord, note_patch, pause_patch, wake_patch
from policies.calendar.sleep_windows import vetoes
from policies.checks import Case, Finding, Surroundings
from policies.checks.decision import manual_policy, object_at_the_write
from policies.checks.reasons import Reason
from policies.costs.cost import CostAnswer
from policies.names import MANUAL
from policies.sleep.actions import SendClear, SendNote, SendPause, SendRecord, SendResume
from policies.times import to_rfc3339
from policies.wording import count
from policies.workload import Workload, WorkloadRef

_LOG = logging.getLogger(__name__)


class WriteActivities:
    """W1 to W4, on one cluster."""

    def __init__(
        self,
        workloads: Workloads,
        snapshots: Snapshots,
        surroundings: Callable[[], Surroundings],
        read_namespace: Callable[[str], NamespaceReader],
        clocks: Clocks,
        refusals: Refusals,
        events: EventRecorder | None = None,
    ) -> None:
        """`surroundings` knows what is protected and may ask the cluster; `refusals` remembers what was refused. With
        `events` what was done is also told by a Kubernetes Event.
        """
        self._workloads = workloads
        self._snapshots = snapshots
        self._surroundings = surroundings
        self._read_namespace = read_namespace
        self._clocks = clocks
        self._events = events
        self._refusals = refusals

    @activity.defn(no_thread_cancel_exception=True)
    def send_pause(self, order: SendPause) -> WriteOutcome:
        """W1, and at once W2 with the resourceVersion that W1 returned.

        Refused past `not_after` on Temporal's clock, under clocks that differ, under a hold, for a policy that is gone,
        suspended or in DryRun, and for what the evaluation would refuse of the object that W1 returned: an exclusion, a
        namespace kept awake, a scope that was narrowed, a protection that came meanwhile. Then W1 alone has landed.
        """
        moment = self._clocks.mark(activity.info().started_time)
        if moment.temporal_time >= order.not_after:
            return WriteOutcome(result="refused", sentence="the decision to pause has expired")
        # Whether the clocks agree is asked twice, without a request of its own. Before W1, by what the API server last
        # told this worker (its start reads the cluster's identity, so there is something): a clock that was off before
        # costs no write. After W1, by the Date of that very answer: nothing is scaled to zero in a minute in which
        # any clock had moved, and a W1 that landed is taken back like that of a protected workload.
        snapshot = self._snapshots()
        objection = snapshot.objection_to_pausing(order.record.policy) or self._clocks.reckon(moment).objection
        if objection:
            return WriteOutcome(result="refused", sentence=objection)
        try:
            # Before W1: a read between the two writes gives the controller time to make a conflict of the second.
            around = self._look_around(order.ref.namespace, snapshot, moment.temporal_time)
        except KubernetesError as error:
            return WriteOutcome(result="not-sent", sentence=f"what must not sleep cannot be read: {error}")
        landed = 0
        try:
            annotated = self._workloads.annotate(order.ref, order.resource_version, order.patch)
            landed = 1
            finding = _look_again(annotated, order.record, snapshot, around)
            if finding is not None:
                return WriteOutcome(result="refused", landed=landed, sentence=finding.sentence)
            differing = self._clocks.compare(moment).objection
            if differing:
                return WriteOutcome(result="refused", landed=landed, sentence=differing)
            self._workloads.put_to_sleep(order.ref, annotated.resource_version)
        except CountChanged as error:
            self._refusals.note(order.ref, error)
            self._refusals.tell("denied", "pause", order.ref, error)
            return WriteOutcome(result="denied", landed=2, sentence=str(error), changed_to=error.count)
        except KubernetesError as error:
            if isinstance(error, Denied | Rejected):
                self._refusals.note(order.ref, error)
            return self._outcome(error, landed, order.ref, "pause")
        self._tell_paused(order.ref, order.record)
        return self._done(2, order.ref, "pause")

    def _tell_paused(self, ref: WorkloadRef, record: PauseRecord) -> None:
        _LOG.info(
            "%s sleeps (%s, pause %s): %d replicas",
            ref,
            record.policy,
            record.pause_id,
            record.original_replicas,
            extra={"workload": ref, "policy": record.policy},
        )
        count_action(record.policy, "pause")
        if self._events is not None:
            until = "" if record.resume_at is None else f" until {to_rfc3339(record.resume_at)}"
            note = f"Paused by {record.policy}{until}: it wakes with {count(record.original_replicas, 'replica')}."
            self._events.record(ref, "Pause", "Paused", note, about=record.pause_id)

    def _look_around(self, namespace: str, snapshot: Snapshot, now: datetime) -> Surroundings:
        """What counts against a pause beside the object itself, as it is now. Raises KubernetesError."""
        surroundings, told = self._surroundings(), self._read_namespace(namespace)
        return surroundings.replace(
            now=now,
            ending_namespaces=told.ending,
            namespace_marks=told.marks,
            keeping_awake=vetoes(snapshot.policies, now),
        )

    @activity.defn(no_thread_cancel_exception=True)
    def send_resume(self, order: SendResume) -> WriteOutcome:
        """W3 to the original count, and at once W4."""
        landed = 0
        try:
            version = self._workloads.give_back(order.ref, order.resource_version, order.replicas)
            landed = 1
            # Here and not at the end: a 409 on W4 is ordinary, and the next round has nothing to scale.
            self._tell_given_back(order)
            self._workloads.annotate(order.ref, version, wake_patch(order.note))
        except KubernetesError as error:
            return self._outcome(error, landed, order.ref, "wake")
        return self._done(2, order.ref, "wake")

    def _tell_given_back(self, order: SendResume) -> None:
        extra = {"workload": order.ref, "policy": order.policy}
        _LOG.info("%s wakes with %d replicas", order.ref, order.replicas, extra=extra)
        count_action(order.policy, "wake")
        if self._events is not None:
            note = f"Awake with {count(order.replicas, 'replica')}."
            self._events.record(order.ref, "Resume", "Resumed", note, about=order.resource_version)

    @activity.defn(no_thread_cancel_exception=True)
    def send_clear(self, order: SendClear) -> WriteOutcome:
        """W4 alone."""
        patch = wake_patch(order.note)
        if order.fence_at is not None:
            patch[RESUMED_AT] = to_rfc3339(order.fence_at)
        return self._annotate(order, patch, "wake")

    @activity.defn(no_thread_cancel_exception=True)
    def send_record(self, order: SendRecord) -> WriteOutcome:
        """Write the record of a sleep onto a workload that sleeps already."""
        return self._annotate(order, pause_patch(order.record), "record")

    @activity.defn(no_thread_cancel_exception=True)
    def send_note(self, order: SendNote) -> WriteOutcome:
        """Write a note that keeps a running workload awake."""
        return self._annotate(order, note_patch(order.note), "record")

    def _annotate(self, order: SendClear | SendRecord | SendNote, patch: AnnotationPatch, act: Act) -> WriteOutcome:
        try:
            self._workloads.annotate(order.ref, order.resource_version, patch)
        except KubernetesError as error:
            return self._outcome(error, 0, order.ref, act)
        return self._done(1, order.ref, act)

    def _done(self, landed: int, ref: WorkloadRef, act: Act) -> WriteOutcome:
        self._refusals.settle(act, ref)
        return WriteOutcome(result="done", landed=landed)

    def _outcome(self, error: KubernetesError, landed: int, ref: WorkloadRef, act: Act) -> WriteOutcome:
        """What became of the write. `act` is what it was for."""
        sentence = str(error)
        match error:
            case Conflict():
                return WriteOutcome(result="conflict", landed=landed, sentence=sentence)
            case NotFound():
                return WriteOutcome(result="gone", landed=landed, sentence=sentence)
            case Denied():
                self._refusals.tell("denied", act, ref, error)
                return WriteOutcome(result="denied", landed=landed, sentence=sentence)
            case Throttled():
                return WriteOutcome(
                    result="throttled", landed=landed, sentence=sentence, retry_after_seconds=error.retry_after
                )
            case Unreachable():
                return WriteOutcome(result="not-sent", landed=landed, sentence=sentence)
            case Rejected() | UnexpectedAnswer():
                self._refusals.tell("unexpected", act, ref, error)
                changed_to = error.count if isinstance(error, CountChanged) else None
                return WriteOutcome(result="unknown", landed=landed, sentence=sentence, changed_to=changed_to)
            case OutcomeUnknown() if error.webhook:
                self._refusals.tell("denied", act, ref, error)
                return WriteOutcome(result="unknown", landed=landed, sentence=sentence)
            case _:
                return WriteOutcome(result="unknown", landed=landed, sentence=sentence)


def _look_again(annotated: Workload, record: PauseRecord, snapshot: Snapshot, around: Surroundings) -> Finding | None:
    """What the evaluation would say against it now: a person may have spoken since."""
    policy = manual_policy() if record.policy == MANUAL else snapshot.policy(record.policy)
    assert policy is not None, "a policy that is gone was an objection"
    cost = CostAnswer(cost=record.cost)
    finding = object_at_the_write(Case(policy=policy, workload=annotated, surroundings=around, cost=cost))
    if finding is not None and finding.reason is Reason.PROTECTED:
        sentence = f"{annotated.ref} was to be paused, but {finding.sentence}"
        alert_once("protected", f"pause {annotated.ref}", sentence, workload=str(annotated.ref))
    return finding
