"""What the figures of a period are put together from: what is asleep now, by the cluster; what slept, by Temporal."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from activities.prometheus.node_hours import NodeHours
from operations.past.sources import SeenNow, SleptBefore
from operations.targets import instance_of, is_sleeper
from policies.annotations import read_resumed_at
from policies.errors import InvalidAnnotation
from policies.keys import WorkloadKey
from policies.models import Frozen
from policies.sleep.ledger import Entry, Period, Slept, enter, group, merge, sleep_of, total
from policies.workload import Workload

ESTIMATED = (
    "These are estimates of what the freed requests would have cost. What a bill really saves depends on whether nodes "
    "go. Volumes and load balancers go on costing and are not counted."
)
RAISED = "somebody scaled it up or deleted it, or woke it without Temporal; its hibernation looks within minutes"
NOBODY_COUNTS = "no Prometheus is named (FINOPS_PROMETHEUS_URL), and a cluster keeps no record of the nodes it had"


class Savings(Frozen):
    """The savings of a period, as programs read them."""

    since: datetime
    until: datetime
    data_since: datetime | None = None
    """Nothing is known of sleeps that ended before; None where Temporal cannot be asked."""
    total: tuple[Entry, ...] = ()
    """One for each currency; sleeps without a price are left out."""
    groups: tuple[Entry, ...] = ()
    """By policy and namespace."""
    workloads: tuple[Entry, ...] = ()
    strangers: int = 0
    """Sleepers of other installations, which are not counted."""
    unreadable: int = 0
    """Sleepers and hibernations of which nothing could be read."""
    troubles: tuple[str, ...] = ()
    """Which half is missing, and why."""
    node_hours_before: float | None = None
    """Of as long a time before the period; None where they were not counted."""
    node_hours: float | None = None
    realised: str = ""
    """What the nodes say, in a sentence."""


class SleepingNow(Frozen):
    """What is asleep now, by the cluster. `trouble` says why it could not be asked."""

    sleeps: tuple[Slept, ...] = ()
    woken_at: Mapping[WorkloadKey, datetime] = {}
    """When those that run woke last, where they tell."""
    at_zero: frozenset[WorkloadKey] = frozenset()
    """Whatever they carry."""
    strangers: int = 0
    unreadable: int = 0
    trouble: str = ""


def find_sleeping(workloads: Sequence[Workload], instance: str | None) -> SleepingNow:
    """Those that are really at zero under a record of this installation; of any, where this one is not known."""
    sleepers = [each for each in workloads if is_sleeper(each)]
    ours = [each for each in sleepers if instance is None or instance_of(each) == instance]
    sleeps = tuple(sleep for each in ours if (sleep := sleep_of(each)) is not None)
    return SleepingNow(
        sleeps=sleeps,
        woken_at={each.ref.key: at for each in workloads if (at := _read_wake(each)) is not None},
        at_zero=frozenset(each.ref.key for each in workloads if each.is_down),
        strangers=len(sleepers) - len(ours),
        unreadable=len(ours) - len(sleeps),
    )


def sleeping_now(seen: SeenNow, instance: str | None) -> SleepingNow:
    """The same by what was seen; where the cluster could not be asked, why."""
    if seen.workloads is None:
        return SleepingNow(trouble=seen.trouble)
    return find_sleeping(tuple(seen.workloads.values()), instance)


def reckon(
    period: Period, now: SleepingNow, before: SleptBefore, nodes: NodeHours, *, policy: str | None = None
) -> Savings:
    """All put together, each sleep once; of one policy, where one is named."""
    unnoticed = () if now.trouble else end_unnoticed(before.found.going_on, now, period.until)
    sleeps = merge((*now.sleeps, *before.found.sleeps, *unnoticed))
    workloads = enter((each for each in sleeps if policy in {None, each.policy}), period)
    return Savings(
        since=period.since,
        until=period.until,
        data_since=before.since,
        total=total(workloads),
        groups=group(workloads),
        workloads=workloads,
        strangers=now.strangers,
        unreadable=now.unreadable + before.found.unreadable,
        troubles=tuple(trouble for trouble in (now.trouble, before.trouble) if trouble),
        node_hours_before=None if nodes.problem else nodes.before,
        node_hours=None if nodes.problem else nodes.during,
        realised=_describe_nodes(nodes),
    )


def end_unnoticed(going_on: Iterable[Slept], now: SleepingNow, until: datetime) -> Iterator[Slept]:
    """Those that the cluster does not show as asleep, which the next reconciliation will notice: until the wake that
    the workload tells, else until now. One that is at zero sleeps on: its record was taken away or damaged.
    """
    asleep = {(sleep.ref.key, sleep.pause_id) for sleep in now.sleeps}
    for sleep in going_on:
        woken_at = now.woken_at.get(sleep.ref.key)
        if (sleep.ref.key, sleep.pause_id) in asleep:
            continue
        if sleep.ref.key in now.at_zero:
            yield sleep
        elif woken_at is not None and woken_at >= sleep.start:
            yield sleep.replace(end=woken_at)
        else:
            yield sleep.replace(end=until, woken=RAISED)


def _read_wake(workload: Workload) -> datetime | None:
    try:
        return None if workload.is_down else read_resumed_at(workload.annotations)
    except InvalidAnnotation:
        return None


def _describe_nodes(nodes: NodeHours) -> str:
    if nodes.problem:
        return f"Node-hours are not known: {nodes.problem}."
    fewer = nodes.before - nodes.during
    change = f"{abs(fewer):,.0f} {'fewer' if fewer >= 0 else 'more'}"
    return (
        f"{nodes.during:,.0f} node-hours in this period, {nodes.before:,.0f} in as long a time before it: {change}, "
        "whatever the cause."
    )
