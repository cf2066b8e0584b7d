"""`finops resume --direct`: W3 and W4 with the caller's own kubeconfig. No Temporal, no policies, no worker.

It decides by the same pure function as the workflows, and a workflow that reads the result later sees a person's
wake and leaves it.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from activities.errors import Conflict
from activities.kube.workloads.workloads import Workloads
from operations.failures import describe_trouble
from operations.installation import Installation
from operations.sleepers.records import ReadCopies, read_carried, read_copied
from operations.targets import WorkloadName
from operations.times import show_time
from operations.zones import read_zones
from policies.annotations import Because, PauseRecord, WakeNote, wake_patch
from policies.errors import InvalidAnnotation
from policies.models import Frozen
from policies.sleep.actions import Finished, SendClear, SendPause, SendResume
from policies.sleep.messages import WakeRequest
from policies.sleep.protocol import WakeIntent, decide
from policies.sleep.zeros import observe_sleeper
from policies.wording import count
from policies.workload import Workload

CONFLICTS = 5
"""Rounds of read, decide, write: another writer's status update makes a conflict ordinary."""
AWAKE_FOR = timedelta(hours=24)
"""How long it is not paused again, where neither the caller nor its record says."""


class WokenDirectly(Frozen):
    """What became of one Deployment."""

    workload: WorkloadName
    woken: bool
    """Whether nothing of ours is left to wake."""
    sentence: str


def wake_each_directly(
    installation: Installation, sleepers: Iterable[Workload], request: WakeRequest
) -> Iterator[WokenDirectly]:
    """Wake one after the other, each when it is asked for. One that cannot be woken does not stop the others."""
    cluster, zones = installation.cluster, read_zones(installation)
    for workload in sleepers:
        zone = zones.of_workload(workload)
        yield wake_directly(cluster.workloads, cluster.replica_sets.copies_of, workload, request, zone)


def wake_directly(
    workloads: Workloads, read_copies: ReadCopies, workload: Workload, request: WakeRequest, zone: str | None = None
) -> WokenDirectly:
    """Give one Deployment back with the count it carries, or that a copy of its record tells.

    `zone` is that of the times in what is said of it: None for this machine's.
    """
    try:
        return _wake(workloads, workload, _find_record(workload, read_copies), request, zone)
    except Exception as error:  # noqa: BLE001 - whatever it is, the others still sleep
        return WokenDirectly(workload=workload.ref.key, woken=False, sentence=describe_trouble(error))


def _find_record(workload: Workload, read_copies: ReadCopies) -> PauseRecord:
    try:
        return read_carried(workload)
    except InvalidAnnotation as damage:
        return read_copied(workload, damage, read_copies)


def _wake(
    workloads: Workloads, workload: Workload, record: PauseRecord, request: WakeRequest, zone: str | None
) -> WokenDirectly:
    now = datetime.now(UTC).replace(microsecond=0)
    note = WakeNote(
        resumed_at=now,
        awake_until=_awake_until(record, request.until, now),
        because=Because.PERSON,
        by=request.by,
        reason=request.reason,
    )
    intent = WakeIntent(ref=workload.ref, record=record, owns_zero=False, note=note)
    seen: Workload | None = workload
    for _ in range(CONFLICTS + 1):
        observed = None if seen is None else observe_sleeper(seen)
        action = decide(observed, intent, now, unknown_outcome=False)
        try:
            match action:
                case Finished():
                    return WokenDirectly(
                        workload=workload.ref.key, woken=action.end == "awake", sentence=action.sentence
                    )
                case SendResume():
                    version = workloads.give_back(workload.ref, action.resource_version, action.replicas)
                    intent = intent.replace(gave_back=True)
                    workloads.annotate(workload.ref, version, wake_patch(action.note))
                    return _woken(workload, action.replicas, note, zone)
                case SendClear():
                    cleared = workloads.annotate(workload.ref, action.resource_version, wake_patch(action.note))
                    if action.leaves_zero:
                        left = f"{action.leaves_zero}: only the record is removed"
                        return WokenDirectly(workload=workload.ref.key, woken=True, sentence=left)
                    return _woken(workload, cleared.replicas, note, zone)
                case SendPause():
                    raise AssertionError("a wake never pauses")
        except Conflict:
            seen = workloads.read(workload.ref.key)
    return WokenDirectly(workload=workload.ref.key, woken=False, sentence="somebody changes it all the time; try again")


def _woken(workload: Workload, replicas: int, note: WakeNote, zone: str | None) -> WokenDirectly:
    told = f"awake with {count(replicas, 'replica')}, not paused before {show_time(note.awake_until, zone)}"
    return WokenDirectly(workload=workload.ref.key, woken=True, sentence=told)


def _awake_until(record: PauseRecord, until: datetime | None, now: datetime) -> datetime:
    if until is not None:
        return until
    if record.resume_at is not None and record.resume_at > now:
        return record.resume_at
    return now + AWAKE_FOR
