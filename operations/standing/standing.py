"""How one workload stands, asleep or kept awake: put together from its hibernation and from what it carries itself.

Pure, so that what is said of it can be tested in a table. Temporal's list knows the phase, and the wake of a sleeper.
Since when, until when, by whom and why something is kept awake stands in the note on the workload.
"""

from datetime import datetime

from activities.hibernation.listing import ListedHibernation
from operations.targets import is_sleeper
from policies import annotations as notes
from policies.annotations import WakeNote
from policies.costs.savings import SleepRate, saved_per_day_asleep
from policies.keys import WorkloadKey
from policies.kinds import DEPLOYMENT
from policies.readable import readable_note, readable_pause
from policies.sleep.messages import AWAKE_PHASES, Phase
from policies.sleep.wake_note import LONG
from policies.workload import Workload

_CARRIED = ("since", "awake_until", "because", "by", "reason")


class WorkloadStanding(SleepRate):
    """One that sleeps, is on its way, or is kept awake."""

    namespace: str
    kind: str = DEPLOYMENT.name
    name: str
    phase: Phase
    policy: str = ""
    since: datetime | None = None
    """When it fell asleep, or woke. None where that is not known: the note of a wake is on the workload alone."""
    resume_at: datetime | None = None
    """When it wakes, of one that sleeps until a time."""
    awake_until: datetime | None = None
    """Before that it is not paused, as far as that is known."""
    because: str = ""
    """Why it is awake: a code of `policies.annotations.Because`."""
    by: str = ""
    """Who asked for that."""
    reason: str = ""
    """What that person said."""
    trouble: str = ""
    """What keeps it from going on."""
    workflow_id: str = ""
    """Empty where only the cluster was asked."""
    run_id: str = ""

    @property
    def key(self) -> WorkloadKey:
        """The workload."""
        return WorkloadKey(self.namespace, self.name, self.kind)

    @property
    def is_awake(self) -> bool:
        """Whether there is nothing to wake."""
        return self.phase in AWAKE_PHASES

    @property
    def until(self) -> datetime | None:
        """When it wakes, or until when it is kept awake."""
        return self.awake_until if self.is_awake else self.resume_at

    def as_known(self, before: "WorkloadStanding | None") -> "WorkloadStanding":
        """The same with what an earlier look at the cluster told of this very state."""
        if before is None or (before.run_id, before.phase) != (self.run_id, self.phase):
            return self
        return self.replace(**{name: getattr(before, name) for name in _CARRIED})


def stand_by_hibernation(listed: ListedHibernation, workload: Workload | None) -> WorkloadStanding:
    """How one with an open hibernation stands; `workload` is None where the cluster did not show it."""
    awake = listed.phase in AWAKE_PHASES
    standing = WorkloadStanding(
        namespace=listed.namespace,
        kind=listed.kind,
        name=listed.name,
        phase=listed.phase,
        policy=listed.policy,
        since=None if awake else listed.since,
        resume_at=None if awake else listed.resume_at,
        saved_per_day_asleep=listed.saved_per_day_asleep,
        currency=listed.currency,
        trouble=listed.trouble,
        workflow_id=listed.workflow_id,
        run_id=listed.run_id,
    )
    if workload is None:
        return standing
    if not awake:
        record = readable_pause(workload.annotations)
        return standing if record is None else standing.replace(since=record.paused_at)
    note = readable_note(workload.annotations)
    return standing if note is None else standing.replace(**_told_by(note))


def stand_by_carried(workload: Workload, now: datetime) -> WorkloadStanding | None:
    """How one stands by its own annotations alone; None where they say nothing that still counts."""
    ref = workload.ref
    here = WorkloadStanding(namespace=ref.namespace, kind=ref.kind, name=ref.name, phase=Phase.ASLEEP)
    if is_sleeper(workload):
        record = readable_pause(workload.annotations)
        here = here.replace(policy=notes.read_paused_by(workload.annotations))
        if record is None:
            return here.replace(trouble="its record is damaged (finops history)")
        here = here.replace(since=record.paused_at, resume_at=record.resume_at)
        cost = record.cost
        if cost is None:
            return here
        return here.replace(saved_per_day_asleep=saved_per_day_asleep(cost), currency=cost.currency)
    note = None if workload.is_down else readable_note(workload.annotations)
    if note is None or note.awake_until <= now:
        return None
    return here.replace(phase=Phase.AWAKE if note.because in LONG else Phase.COOLING, **_told_by(note))


def _told_by(note: WakeNote) -> dict[str, object]:
    told = (note.resumed_at, note.awake_until, note.because.value, note.by, note.reason)
    return dict(zip(_CARRIED, told, strict=True))
