"""The record of a sleeper, from wherever it still stands: its own annotations, else the copy on a ReplicaSet."""

from collections.abc import Callable, Sequence

from activities.errors import IoError
from operations.errors import NoUsableRecord
from operations.targets import instance_of, scale_by_hand
from operations.times import show_time
from policies import annotations as notes
from policies.annotations import PauseRecord
from policies.errors import InvalidAnnotation
from policies.names import hibernation_id
from policies.readable import readable_pause
from policies.sleep.record_copies import RecordCopy, find_copy
from policies.wording import as_name, count
from policies.workload import Workload, WorkloadRef

ReadCopies = Callable[[WorkloadRef], Sequence[RecordCopy]]
"""The copies that a Deployment's ReplicaSets carry, newest first. Raises IoError."""


def read_carried(workload: Workload) -> PauseRecord:
    """The record as the sleeper carries it; where only its count can be read, that is enough to wake it.

    Raises InvalidAnnotation where the count is garbage.
    """
    original = notes.read_original(workload.annotations)
    record = readable_pause(workload.annotations)
    if record is not None:
        return record
    return PauseRecord(
        pause_id=workload.annotations.get(notes.PAUSE_ID, ""),
        instance=instance_of(workload),
        policy=notes.read_paused_by(workload.annotations),
        paused_at=workload.created_at,
        original_replicas=original,
    )


def read_copied(workload: Workload, damage: InvalidAnnotation, read_copies: ReadCopies) -> PauseRecord:
    """The record of a sleeper whose own is damaged, from a ReplicaSet's copy. Raises NoUsableRecord."""
    by_hand = scale_by_hand(workload.ref)
    try:
        found = find_copy(workload.annotations, read_copies(workload.ref))
    except IoError as trouble:
        raise NoUsableRecord(damage, by_hand=by_hand, trouble=str(trouble)) from trouble
    if found is None:
        raise NoUsableRecord(damage, by_hand=by_hand) from damage
    return found.record


def describe_sleep(workload: Workload, cluster: str, zone: str | None) -> list[str]:
    """What a sleeper carries, for people: since when, until when, its count, and how to wake it.

    `zone` is that of its times, None for this machine's.
    """
    wake = f"wake it: finops resume {workload.ref}   (without Temporal: finops resume {workload.ref} --direct)"
    try:
        record = notes.read_pause(workload.annotations)
    except InvalidAnnotation as error:
        return [f"asleep, but {error}", wake]
    if record is None:
        return ["asleep under an incomplete record", wake]
    price = "" if record.cost is None else f", cost then {record.cost}"
    whose = f"pause-id {as_name(record.pause_id)}, installation {as_name(record.instance) or 'unnamed'}"
    since, until = show_time(record.paused_at, zone), show_time(record.resume_at, zone)
    return [
        f"asleep since {since} under policy {record.policy}, until {until}",
        f"wakes with {count(record.original_replicas, 'replica')}{price}; {whose}",
        f"workflow {hibernation_id(cluster, workload.ref.key)}",
        wake,
    ]
