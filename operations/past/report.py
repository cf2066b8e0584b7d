"""The morning report: who slept, who woke and why, whether their pods are back, and what that saved."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from activities.kube.objects.pod_troubles import explain_pods
from operations.errors import OperationError
from operations.installation import Installation
from operations.past.night_sleepers import (
    NightKnown,
    NightSleeper,
    add_up,
    describe_sleepers,
    find_damaged,
    find_noted,
    last_sleeps,
)
from operations.past.reckoning import SleepingNow, end_unnoticed, sleeping_now
from operations.past.sources import SeenNow, SleptBefore, look_back, look_now
from operations.policy_source import read_quietly, refuse_unknown
from operations.zones import Zones
from policies.keys import WorkloadKey
from policies.models import Frozen
from policies.policy.document import EnforcementPolicy
from policies.runs.nights import Fate, Night, begin_of_night, tell_night
from policies.sleep.ledger import Entry, Period, Slept, enter, merge, total
from policies.sleep.messages import AWAKE_PHASES

_NOT_SEEN = "whether pods are available is not known"
_NOT_TOLD = "who woke what, and sleeps that left no note, are not known"
_EXPLAINED = 50
"""So many workloads are asked about why they are not available."""


@dataclass(frozen=True)
class NightWanted:
    """What a report is about. `since` None: since the last window began."""

    since: datetime | None = None
    namespace: str | None = None
    policy: str | None = None


class NightReport(Frozen):
    """What became of everything that slept in a stretch of time."""

    cluster: str
    since: datetime
    until: datetime
    zone: str
    """The IANA name of the zone that the headline's times are in: the policies', where they have one."""
    headline: str
    night: Night
    sleepers: tuple[NightSleeper, ...] = ()
    under: Mapping[str, int] = {}
    """How many slept under each policy; nothing stands for what only the note of a wake tells of."""
    woken_because: Mapping[str, int] = {}
    """How many woke for each reason, the most frequent first."""
    total: tuple[Entry, ...] = ()
    """What it saved in the period, for each currency."""
    data_since: datetime | None = None
    """Nothing is known of sleeps that ended before; None where Temporal cannot be asked."""
    unreadable: int = 0
    """Deployments and hibernations of which nothing could be read."""
    troubles: tuple[str, ...] = ()
    """What could not be asked, and what is not known therefore."""


async def read_report(installation: Installation, wanted: NightWanted, now: datetime) -> NightReport:
    """The report of the cluster, of a namespace, or of a policy.

    Raises OperationError where neither cluster nor Temporal can be asked, NotThere for a policy that is not in force
    and that nothing slept under.
    """
    policies = await asyncio.to_thread(read_quietly, installation)
    meant = [each for each in policies or () if wanted.policy in {None, each.name}]
    since = wanted.since or begin_of_night(meant, now)
    with installation.listener.progress("asking the cluster and Temporal"):
        seen = await asyncio.to_thread(look_now, installation, wanted.namespace, _NOT_SEEN)
        asleep, period = sleeping_now(seen, installation.known_instance), Period(since=since, until=now)
        told = await look_back(installation, period, wanted.namespace, asleep.sleeps, _NOT_TOLD)
    if seen.trouble and told.trouble:
        raise OperationError(f"{seen.trouble}; {told.trouble}")
    opened = {each.key: each for each in told.found.opened if each.phase not in AWAKE_PHASES}
    known = NightKnown(now=now, listed=seen.workloads, opened=opened)
    slept = merge((*_sleeping(asleep, told, now), *told.found.sleeps))
    sleeps = [each for each in slept if _is_meant(each, wanted)]
    noted = {key: at for key, at in find_noted(known, since).items() if _is_covered(key, known, wanted, meant)}
    damaged = find_damaged(known, installation.known_instance)
    damaged = {key: policy for key, policy in damaged.items() if wanted.policy in {None, policy}}
    sleepers = describe_sleepers(last_sleeps(sleeps, since), noted, damaged, known)
    if not sleepers:
        refuse_unknown(policies or (), wanted.policy, "nothing slept")
    sleepers = await asyncio.to_thread(_explain, installation, sleepers)
    return _put_together(installation, sleepers, sleeps, told, seen, meant, since, now)


def _put_together(
    installation: Installation,
    sleepers: tuple[NightSleeper, ...],
    sleeps: Sequence[Slept],
    told: SleptBefore,
    seen: SeenNow,
    meant: Sequence[EnforcementPolicy],
    since: datetime,
    now: datetime,
) -> NightReport:
    zone, night = Zones(policies=tuple(meant)).of() or "UTC", add_up(sleepers)
    woken = Counter(each.why or "why is not known" for each in sleepers if each.woke_at is not None)
    return NightReport(
        cluster=installation.settings.cluster,
        since=since,
        until=now,
        zone=zone,
        headline=tell_night(night, zone, now),
        night=night,
        sleepers=sleepers,
        under=dict(Counter(each.policy for each in sleepers).most_common()),
        woken_because=dict(woken.most_common()),
        total=total(enter(sleeps, Period(since=since, until=now))),
        data_since=told.since,
        unreadable=told.found.unreadable + seen.unreadable,
        troubles=tuple(trouble for trouble in (seen.trouble, told.trouble) if trouble),
    )


def _sleeping(now: SleepingNow, told: SleptBefore, at: datetime) -> tuple[Slept, ...]:
    """What the cluster has asleep, and what woke and Temporal does not know it yet; without the cluster, what Temporal
    has asleep.
    """
    if now.trouble:
        return told.found.going_on
    return (*now.sleeps, *end_unnoticed(told.found.going_on, now, at))


def _is_meant(sleep: Slept, wanted: NightWanted) -> bool:
    return wanted.namespace in {None, sleep.ref.namespace} and wanted.policy in {None, sleep.policy}


def _is_covered(key: WorkloadKey, known: NightKnown, wanted: NightWanted, meant: Iterable[EnforcementPolicy]) -> bool:
    """Whether a note counts: it does not tell the policy, so one in the policy's scope does."""
    if wanted.namespace not in {None, key.namespace}:
        return False
    if wanted.policy is None or known.listed is None:
        return True
    return any(each.is_about(key.namespace, known.listed[key].labels) for each in meant)


def _explain(installation: Installation, sleepers: tuple[NightSleeper, ...]) -> tuple[NightSleeper, ...]:
    """With the reasons of those whose pods are not available."""
    asked = [each.workload for each in sleepers if each.fate in {Fate.NOT_AVAILABLE, Fate.STARTING}][:_EXPLAINED]
    why = explain_pods(installation.cluster.transport, asked) if asked else {}
    return tuple(each.replace(trouble=why[each.workload]) if each.workload in why else each for each in sleepers)
