"""What is wrong between the two records of a sleep: the workload's annotations, and its open hibernation.

Reconciliation never writes to a workload. It starts the hibernation that is missing, or tells the open one to look
again; that one reads, decides and writes, so that a workload has one writer.
"""

from collections.abc import Hashable, Iterable, Mapping
from datetime import UTC, datetime, timedelta

from policies import annotations as notes
from policies.annotations import Annotations, PauseRecord
from policies.errors import InvalidAnnotation
from policies.models import Code, Frozen
from policies.policy.document import EnforcementPolicy, OnDeploy
from policies.readable import readable_pause
from policies.sleep.clocks import ClockDrift
from policies.sleep.messages import AWAKE_PHASES, Phase
from policies.sleep.wishes import as_sleeper, wants_asleep
from policies.sleep.zeros import who_chose_zero
from policies.touches import edits
from policies.workload import Workload

READY_WITHIN = timedelta(minutes=15)
"""After a wake; pods that take longer are told once as WokeNotReady."""
NOT_READY_FOR = timedelta(hours=24)
OVERDUE_AFTER = timedelta(minutes=2)
EDIT_COUNTS_FOR = timedelta(hours=24)
"""How long an edit is a reason to look again. Most deploys are known by their rollout; one that goes back to an older
revision is known by its edit alone. An outage of the worker may lie in between, but not all of a long sleep.
"""


class Discrepancy(Code):
    """What reconciliation found on a workload."""

    ADOPTED = "adopted"
    CLEARED = "cleared"
    UNREADABLE = "unreadable"
    OTHER_INSTANCE = "other-instance"
    STRAY = "stray"
    """It runs, with annotations of a sleep that are not of this installation."""
    RAISED = "raised"
    STRIPPED = "stripped"
    """Its record is gone or damaged, and its open hibernation knows it."""
    TAKEN_OVER = "taken-over"
    """Somebody wants it at zero: `policies.sleep.zeros`."""
    MISSING = "missing"
    EXCLUDED = "excluded"
    DEPLOYED = "deployed"
    OVERDUE = "overdue"
    POLICY_CHANGED = "policy-changed"
    POLICY_GONE = "policy-gone"
    WOKE_NOT_READY = "woke-not-ready"


class OpenHibernation(Frozen):
    """An open hibernation as visibility shows it."""

    phase: Phase
    policy: str = ""
    resume_at: datetime | None = None


class Ground(Frozen):
    """What is the same for every workload of one reconciliation."""

    now: datetime
    instance: str
    policies: tuple[EnforcementPolicy, ...] = ()
    held: bool = False
    gone_policies: frozenset[str] = frozenset()
    """Policies that were missing in this complete reading of the source and in the one before."""
    namespace_marks: Mapping[str, Annotations] = {}
    """The namespaces' own `finops.io/*` annotations, as far as they may be listed."""

    def under(self, clocks: ClockDrift) -> "Ground":
        """The same by the earlier of two clocks that differ: where Temporal is ahead, nothing is overdue yet."""
        return self.replace(now=self.now - max(clocks.temporal_ahead, timedelta(0)))


def compare(workload: Workload, hibernation: OpenHibernation | None, ground: Ground) -> Discrepancy | None:
    """What is wrong with one workload, or None."""
    carried = workload.annotations
    if notes.is_annotated(carried) and carried.get(notes.INSTANCE, "") != ground.instance:
        return Discrepancy.OTHER_INSTANCE if workload.is_down else Discrepancy.STRAY
    if hibernation is None:
        return _compare_alone(workload, ground.now)
    if hibernation.phase in AWAKE_PHASES:
        return Discrepancy.CLEARED if notes.is_annotated(carried) else _not_ready(workload, ground.now)
    if hibernation.phase is not Phase.ASLEEP:
        return None
    return _compare_asleep(workload, hibernation, ground)


def compare_missing(hibernation: OpenHibernation) -> Discrepancy | None:
    """What is wrong where the listing had no such Deployment: its hibernation has to look for itself."""
    return Discrepancy.MISSING if hibernation.phase is Phase.ASLEEP else None


def is_said_each_time(finding: Discrepancy, resume_at: datetime | None, now: datetime) -> bool:
    """Whether it is said at every look until it is over: a sleeper's time has come, or a person's mark wants it back.

    `resume_at` is the recorded time of a sleeper whose hibernation is missing.
    """
    is_due = finding is Discrepancy.ADOPTED and resume_at is not None and resume_at <= now
    return is_due or finding in {Discrepancy.OVERDUE, Discrepancy.EXCLUDED}


def what_answers(finding: Discrepancy, workload: Workload | None) -> Hashable:
    """What the answer to a finding depends on, beside the policies: while it stays, the answer would be the same."""
    if workload is None:
        return finding
    if finding in {Discrepancy.DEPLOYED, Discrepancy.POLICY_CHANGED}:
        # Either may stand in front of the other, and one apply may bring both.
        ours = {key: value for key, value in workload.annotations.items() if key.startswith(notes.PREFIX)}
        return (
            finding,
            workload.revision,
            workload.rollout.progressing_updated_at,
            max((edited_at for _, edited_at in edits(workload)), default=None),
            frozenset(workload.labels.items()),
            frozenset(ours.items()),
        )
    return finding, workload.ref.uid, workload.resource_version


def record_to_adopt(workload: Workload) -> PauseRecord:
    """The record that a hibernation is started with. Raises InvalidAnnotation where the annotations give none.

    A running workload needs no count: its record is only to be cleared.
    """
    try:
        record = notes.read_pause(workload.annotations)
    except InvalidAnnotation:
        if workload.is_down:
            raise
        record = None
    if record is not None:
        return record
    if workload.is_down:
        raise InvalidAnnotation(notes.PAUSED, workload.annotations.get(notes.PAUSED, ""), '"true"')
    return PauseRecord(
        pause_id=workload.annotations.get(notes.PAUSE_ID, ""),
        instance=workload.annotations.get(notes.INSTANCE, ""),
        policy=notes.read_paused_by(workload.annotations),
        paused_at=datetime.fromtimestamp(0, tz=UTC),
        original_replicas=workload.replicas,
    )


def may_have_a_copy(workload: Workload, hibernation: OpenHibernation | None) -> bool:
    """Whether a sleeper that was found unreadable is one to ask its ReplicaSets about.

    An open hibernation has the record itself. Without `paused` somebody may have meant to take the sleeper from us.
    """
    return hibernation is None and workload.is_down and notes.PAUSED in workload.annotations


def gone_policies(
    named: Iterable[str], known: Iterable[str], missing_before: Iterable[str], *, complete: bool
) -> tuple[frozenset[str], frozenset[str]]:
    """The policies that are gone for good, and those that are missing now.

    One reading without a policy proves nothing (a folder in the middle of being written); two complete ones do.
    """
    missing = frozenset(named) - frozenset(known) if complete else frozenset()
    return missing & frozenset(missing_before), missing


def _compare_alone(workload: Workload, now: datetime) -> Discrepancy | None:
    if not notes.is_annotated(workload.annotations):
        return _not_ready(workload, now)
    if workload.being_deleted:  # nothing to wake: a hibernation would end at once
        return None
    try:
        record_to_adopt(workload)
    except InvalidAnnotation:
        return Discrepancy.UNREADABLE
    return Discrepancy.ADOPTED if workload.is_down else Discrepancy.CLEARED


def _compare_asleep(workload: Workload, hibernation: OpenHibernation, ground: Ground) -> Discrepancy | None:
    carried = workload.annotations
    own = next((policy for policy in ground.policies if policy.name == hibernation.policy), None)
    zone = "UTC" if own is None else own.zone
    if not workload.is_down:
        return Discrepancy.RAISED
    record = readable_pause(carried)
    if record is None:
        return Discrepancy.STRIPPED
    if who_chose_zero(workload):
        return Discrepancy.TAKEN_OVER
    marks = ground.namespace_marks.get(workload.ref.namespace, {})
    if notes.is_excluded(carried, zone, ground.now) or notes.is_namespace_awake(marks, zone, ground.now):
        return Discrepancy.EXCLUDED
    if hibernation.resume_at is not None and hibernation.resume_at + OVERDUE_AFTER < ground.now:
        return Discrepancy.OVERDUE
    if hibernation.policy in ground.gone_policies:
        return Discrepancy.POLICY_GONE
    return _compare_policies(workload, record, own, ground)


def _compare_policies(
    workload: Workload, record: PauseRecord, own: EnforcementPolicy | None, ground: Ground
) -> Discrepancy | None:
    if own is not None and not ground.held and _is_wished_otherwise(workload, record, ground):
        return Discrepancy.POLICY_CHANGED
    stays = own is not None and own.spec.on_deploy is OnDeploy.STAY_ASLEEP
    return Discrepancy.DEPLOYED if not stays and _may_be_deployed(workload, record, ground.now) else None


def _is_wished_otherwise(workload: Workload, record: PauseRecord, ground: Ground) -> bool:
    """Asked before the deploys, because it also changes with time alone: an edit may be a day old and answered."""
    wish = wants_asleep(ground.policies, as_sleeper(workload, record), ground.now)
    if wish is None or wish.policy != record.policy:
        return True
    return wish.until is not None and (record.resume_at is None or wish.until.replace(microsecond=0) > record.resume_at)


def _may_be_deployed(workload: Workload, record: PauseRecord, now: datetime) -> bool:
    """Whether a deploy may have come in; its hibernation, which knows the revision, has the last word.

    A new ReplicaSet shows in the condition. The way back to one that is still there (`kubectl rollout undo`, `helm
    rollback`, the old image again) changes nothing in a status at zero: only the edit itself tells.
    """
    updated_at = workload.rollout.progressing_updated_at
    if updated_at is not None and updated_at > record.paused_at:
        return True
    return any(max(record.paused_at, now - EDIT_COUNTS_FOR) < edited_at for _, edited_at in edits(workload))


def _not_ready(workload: Workload, now: datetime) -> Discrepancy | None:
    try:
        resumed_at = notes.read_resumed_at(workload.annotations)
    except InvalidAnnotation:
        return None
    if resumed_at is None or not READY_WITHIN < now - resumed_at < NOT_READY_FOR:
        return None
    return Discrepancy.WOKE_NOT_READY if workload.rollout.available_replicas < workload.replicas else None
