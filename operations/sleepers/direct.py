"""`finops resume --direct`: W3 and W4 with the caller's own kubeconfig. No Temporal, no policies, no worker.

It decides by the same pure function as the workflows, and a workflow that reads the result later sees a person's
wake and leaves it.
"""

from datetime import UTC, datetime, timedelta

from activities.errors import Conflict, IoError
from activities.kube.objects.deployments import Deployments
from operations.errors import NotFound, NoUsableRecord
from operations.installation import Installation
from operations.listing import list_workloads
from operations.sleepers.records import ReadCopies, read_carried, read_copied
from operations.targets import Target, choose_sleepers, is_sleeper
from operations.times import show_time
from policies import annotations as notes
from policies.annotations import Because, PauseRecord, WakeNote, wake_patch
from policies.errors import InvalidAnnotation
from policies.models import Frozen
from policies.sleep.protocol import Finished, SendClear, SendPause, SendResume, WakeIntent, decide
from policies.sleep.zeros import observe_sleeper
from policies.workload import Workload

CONFLICTS = 5
"""Rounds of read, decide, write: another writer's status update makes a conflict ordinary."""
AWAKE_FOR = timedelta(hours=24)
"""How long nobody pauses it again, where neither the caller nor its record says."""


class Woken(Frozen):
    """What became of one Deployment."""

    workload: str
    woken: bool
    """Whether nothing of ours is left to give back."""
    sentence: str


def wake_target_directly(
    installation: Installation, target: Target, until: datetime | None, *, yes: bool
) -> tuple[Woken, ...]:
    """Wake every sleeper of the target. One that cannot be woken is told, and the others go on."""
    terminal = installation.terminal
    workloads = _find(installation, target)
    ours, strangers = choose_sleepers(workloads, target, installation.known_instance)
    for stranger in strangers:
        terminal.note(f"{stranger.ref} sleeps under another installation: name it exactly to wake it")
    if not ours:
        terminal.say(f"nothing of ours sleeps in {target}")
        return ()
    if target.ref is None:
        terminal.confirm(f"{len(ours)} Deployments of {target} will be woken.", yes=yes)
    results = []
    for workload in ours:
        result = wake_directly(
            installation.cluster.deployments, installation.cluster.replica_sets.copies_of, workload, until
        )
        results.append(result)
        if not terminal.for_programs:
            terminal.say(f"{result.workload}: {result.sentence}", style="" if result.woken else "red")
    if terminal.for_programs:
        terminal.show_json({"results": results})
    return tuple(results)


def wake_directly(
    deployments: Deployments, read_copies: ReadCopies, workload: Workload, until: datetime | None
) -> Woken:
    """Give one Deployment back with the count it carries, or that a copy of its record tells."""
    try:
        return _wake(deployments, workload, _find_record(workload, read_copies), until)
    except (NoUsableRecord, IoError) as error:
        return Woken(workload=str(workload.ref), woken=False, sentence=str(error))


def _find_record(workload: Workload, read_copies: ReadCopies) -> PauseRecord:
    try:
        return read_carried(workload)
    except InvalidAnnotation as damage:
        return read_copied(workload, damage, read_copies)


def _find(installation: Installation, target: Target) -> tuple[Workload, ...]:
    if target.ref is None:
        return list_workloads(installation).workloads
    found = installation.cluster.deployments.read(target.ref.namespace, target.ref.name)
    if found is None:
        raise NotFound(f"there is no Deployment {target.ref} on {installation.cluster.transport.server}")
    if not is_sleeper(found) and not notes.is_annotated(found.annotations):
        return ()
    return (found,)


def _wake(deployments: Deployments, workload: Workload, record: PauseRecord, until: datetime | None) -> Woken:
    now = datetime.now(UTC).replace(microsecond=0)
    note = WakeNote(resumed_at=now, awake_until=_awake_until(record, until, now), because=Because.PERSON)
    intent = WakeIntent(ref=workload.ref, record=record, owns_zero=False, note=note)
    seen: Workload | None = workload
    for _ in range(CONFLICTS + 1):
        observed = None if seen is None else observe_sleeper(seen)
        action = decide(observed, intent, now, unknown_outcome=False)
        try:
            match action:
                case Finished():
                    return Woken(workload=str(workload.ref), woken=action.end == "awake", sentence=action.sentence)
                case SendResume():
                    version = deployments.scale(workload.ref, action.resource_version, action.replicas)
                    intent = intent.model_copy(update={"gave_back": True})
                    deployments.annotate(workload.ref, version, wake_patch(action.note))
                    return _woken(workload, action.replicas, note)
                case SendClear():
                    cleared = deployments.annotate(workload.ref, action.resource_version, wake_patch(action.note))
                    if action.leaves_zero:
                        left = f"{action.leaves_zero}: only the record is removed"
                        return Woken(workload=str(workload.ref), woken=True, sentence=left)
                    return _woken(workload, cleared.replicas, note)
                case SendPause():
                    raise AssertionError("a wake never pauses")
        except Conflict:
            seen = deployments.read(workload.ref.namespace, workload.ref.name)
    return Woken(workload=str(workload.ref), woken=False, sentence="somebody changes it all the time; try again")


def _woken(workload: Workload, replicas: int, note: WakeNote) -> Woken:
    told = f"awake with {replicas} replicas, not paused before {show_time(note.awake_until)}"
    return Woken(workload=str(workload.ref), woken=True, sentence=told)


def _awake_until(record: PauseRecord, until: datetime | None, now: datetime) -> datetime:
    if until is not None:
        return until
    if record.resume_at is not None and record.resume_at > now:
        return record.resume_at
    return now + AWAKE_FOR
