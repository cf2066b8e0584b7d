"""Who keeps a sleeper asleep: asked at the timer's end, at each reconciliation, and when a policy changes.

Only scope, schedule, exclusion and times are asked. Cost, idleness, cooldown and limits are never asked: they mean
nothing for a workload that sleeps.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from policies.annotations import PauseRecord, is_excluded, read_note
from policies.calendar.sleep_windows import is_kept_awake, running_window
from policies.calendar.spread import delay_of
from policies.errors import InvalidAnnotation
from policies.models import Frozen
from policies.names import MANUAL
from policies.policy.document import EnforcementPolicy
from policies.times import earliest
from policies.workload import Workload


class Sleeper(Frozen):
    """A sleeping workload, as the policies see it."""

    namespace: str
    name: str = ""
    labels: Mapping[str, str] = {}
    annotations: Mapping[str, str] = {}
    paused_by: str
    paused_at: datetime
    resume_at: datetime | None = None


def as_sleeper(workload: Workload, record: PauseRecord) -> Sleeper:
    """A workload, in the sleep that this record is of."""
    return Sleeper(
        namespace=workload.ref.namespace,
        name=workload.ref.name,
        labels=workload.labels,
        annotations=workload.annotations,
        paused_by=record.policy,
        paused_at=record.paused_at,
        resume_at=record.resume_at,
    )


class Wish(Frozen):
    """A policy that wants the workload asleep, and until when. Without a time: until someone wakes it."""

    policy: str
    until: datetime | None = None
    has_schedule: bool = False


def wants_asleep(policies: Iterable[EnforcementPolicy], sleeper: Sleeper, now: datetime) -> Wish | None:
    """The wish that counts, or None where no policy wants the workload asleep."""
    return latest_wish(all_wishes(policies, sleeper, now))


def latest_wish(wishes: Iterable[Wish]) -> Wish | None:
    """The one with the latest `until`, ties by name."""
    return min(wishes, key=_latest_first, default=None)


def all_wishes(policies: Iterable[EnforcementPolicy], sleeper: Sleeper, now: datetime) -> tuple[Wish, ...]:
    """Every policy's wish. There is no wish for a workload that carries a note of being awake, nor for one that an
    enforcing policy keeps awake on this day.
    """
    policies = tuple(policies)
    if _kept_awake(sleeper, now) or any(_binds(policy, sleeper) and is_kept_awake(policy, now) for policy in policies):
        return ()
    wishes = [wish for policy in policies if (wish := _wish_of(policy, sleeper, now)) is not None]
    if sleeper.paused_by == MANUAL and sleeper.resume_at is not None and sleeper.resume_at > now:
        wishes.append(Wish(policy=MANUAL, until=sleeper.resume_at))
    return tuple(wishes)


def running_until(policies: Iterable[EnforcementPolicy], sleeper: Sleeper, now: datetime) -> datetime | None:
    """The latest end of the windows that run now under the policies about it; None where no window runs, or none of
    them ends.
    """
    windows = (
        running_window(policy, now)
        for policy in policies
        if policy.spec.schedule is not None and _binds(policy, sleeper)
    )
    return max((window.end for window in windows if window is not None and window.end is not None), default=None)


def _wish_of(policy: EnforcementPolicy, sleeper: Sleeper, now: datetime) -> Wish | None:
    spec = policy.spec
    if not _binds(policy, sleeper) or (spec.schedule is None and sleeper.paused_by != policy.name):
        return None
    if is_excluded(sleeper.annotations, policy.zone, now):
        return None
    delay = delay_of(policy, sleeper.namespace, sleeper.name)
    window = running_window(policy, now) or running_window(policy, now - delay)
    if window is None:
        return None
    after, end = spec.resume_after, None if window.end is None else window.end + delay
    until = earliest(end, None if after is None else sleeper.paused_at + after)
    if until is not None and until <= now:
        return None
    return Wish(policy=policy.name, until=until, has_schedule=spec.schedule is not None)


def _binds(policy: EnforcementPolicy, sleeper: Sleeper) -> bool:
    return policy.is_in_force and policy.is_about(sleeper.namespace, sleeper.labels)


def _kept_awake(sleeper: Sleeper, now: datetime) -> bool:
    """Whether a note keeps it awake. One older than this sleep is of the wake before it; one that cannot be read was
    written since, as no pause begins under it, and in doubt the workload runs.
    """
    try:
        note = read_note(sleeper.annotations)
    except InvalidAnnotation:
        return True
    return note is not None and note.awake_until > now and note.resumed_at >= sleeper.paused_at


def _latest_first(wish: Wish) -> tuple[bool, float, str]:
    if wish.until is None:
        return (False, 0.0, wish.policy)
    return (True, -wish.until.timestamp(), wish.policy)
