"""The Schedules that start a policy's enforcements: created, updated where they differ, removed with the policy."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from temporalio.api.common.v1 import Payload
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleDescription,
    ScheduleHandle,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleState,
    ScheduleUpdate,
)
from temporalio.common import Priority, SearchAttributePair, TypedSearchAttributes
from temporalio.service import RPCError, RPCStatusCode

from activities.hibernation.visibility import CLUSTER, POLICY
from policies.names import ENFORCEMENT, enforcement_id, policy_schedule_id, run_queue
from policies.policy.document import EnforcementPolicy
from policies.policy.windows import MINUTES_OF_DAY
from policies.runs.enforcement import LONGEST_RUN, Enforcement

CATCH_UP = timedelta(minutes=10)
"""How late a start is still right after an outage."""
SHORTEST_TIMEOUT = timedelta(minutes=2)
FINGERPRINT = "spec"
"""The memo of a Schedule's action that tells what the Schedule was made of: a spec never comes back as it was sent."""


async def put_schedule(client: Client, cluster: str, policy: EnforcementPolicy, interval: timedelta) -> bool:
    """Create the policy's Schedule, whose first run begins at once, or update it where it differs. Whether it was
    created. One that somebody paused stays paused.

    Raises RPCError: INVALID_ARGUMENT where Temporal does not take it.
    """
    wanted = _schedule(cluster, policy, interval)
    handle = client.get_schedule_handle(policy_schedule_id(cluster, policy.name))
    try:
        await client.create_schedule(
            handle.id,
            wanted,
            trigger_immediately=True,
            search_attributes=TypedSearchAttributes([SearchAttributePair(CLUSTER, cluster)]),
        )
    except ScheduleAlreadyRunningError:
        if not await is_made_of(client, handle, wanted):
            await handle.update(lambda update: renewed(update.description.schedule, wanted))
        return False
    return True


async def is_made_of(client: Client, handle: ScheduleHandle, wanted: Schedule) -> bool:
    """Whether a Schedule was made as it is wanted now, and under the key that encrypts now: what is under an old one
    starts runs that nobody can read once that key is gone. Raises RPCError.
    """
    action = wanted.action
    assert isinstance(action, ScheduleActionStartWorkflow)
    assert action.memo is not None
    payload = _fingerprint(await handle.describe())
    if payload is None:
        return False
    try:
        (there,) = await client.data_converter.decode([payload], [str])
    except Exception:  # noqa: BLE001 - a codec may raise anything, of another key say: then it is replaced
        return False
    (encoded,) = await client.data_converter.encode([action.memo[FINGERPRINT]])
    return bool(there == action.memo[FINGERPRINT] and dict(payload.metadata) == dict(encoded.metadata))


def renewed(there: Schedule, wanted: Schedule) -> ScheduleUpdate:
    """Replace a Schedule that exists. Whether it is paused stays as it is."""
    return ScheduleUpdate(replace(there, action=wanted.action, spec=wanted.spec, policy=wanted.policy))


async def run_soon(client: Client, schedule_id: str) -> bool:
    """Run it once now, behind a run under way, which may have looked too early. False, and nothing is run, where it is
    paused. Raises RPCError.
    """
    handle = client.get_schedule_handle(schedule_id)
    if (await handle.describe()).schedule.state.paused:
        return False
    await handle.trigger(overlap=ScheduleOverlapPolicy.BUFFER_ONE)
    return True


async def try_schedule(client: Client, cluster: str, policy: EnforcementPolicy) -> None:
    """Have Temporal look at the times of a policy: a Schedule that is over and paused is made of them, and removed.

    Raises RPCError: INVALID_ARGUMENT where Temporal does not take them.
    """
    trial = await client.create_schedule(
        f"trial/{policy_schedule_id(cluster, policy.name)}/{uuid4()}",
        Schedule(
            action=_action(cluster, policy),
            spec=replace(_spec(policy), end_at=datetime(2000, 1, 1, tzinfo=UTC)),
            state=ScheduleState(paused=True, note="made to see whether Temporal takes it"),
        ),
    )
    await trial.delete()


async def remove_schedule(client: Client, cluster: str, policy: str) -> bool:
    """Remove a policy's Schedule. False where it had none."""
    try:
        await client.get_schedule_handle(policy_schedule_id(cluster, policy)).delete()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return False
        raise
    return True


async def list_scheduled(client: Client, cluster: str) -> AsyncIterator[str]:
    """The policies of a cluster that have a Schedule; empty where Temporal knows nothing of this product yet.

    Raises RPCError.
    """
    beginning = policy_schedule_id(cluster, "")
    try:
        async for each in await client.list_schedules(f"{CLUSTER.name} = '{cluster}'"):
            if each.id.startswith(beginning):
                yield each.id.removeprefix(beginning)
    except RPCError as error:
        if error.status is not RPCStatusCode.INVALID_ARGUMENT:  # the search attribute is not registered yet
            raise


def _action(cluster: str, policy: EnforcementPolicy, **further: Any) -> ScheduleActionStartWorkflow:
    """What the Schedule starts: one run of the policy."""
    return ScheduleActionStartWorkflow(
        ENFORCEMENT,
        Enforcement(cluster=cluster, policy=policy.name),
        id=enforcement_id(cluster, policy.name),
        task_queue=run_queue(cluster),
        **further,
    )


def _schedule(cluster: str, policy: EnforcementPolicy, interval: timedelta) -> Schedule:
    return with_fingerprint(
        Schedule(
            action=_action(
                cluster,
                policy,
                execution_timeout=min(max(interval * 0.95, SHORTEST_TIMEOUT), LONGEST_RUN),
                memo={},
                typed_search_attributes=TypedSearchAttributes(
                    [SearchAttributePair(CLUSTER, cluster), SearchAttributePair(POLICY, policy.name)]
                ),
                static_summary=f"{policy.name} on {cluster} ({policy.spec.mode})",
                priority=Priority(priority_key=2),
            ),
            spec=replace(_spec(policy), intervals=[spread(interval, policy_schedule_id(cluster, policy.name))]),
            policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=CATCH_UP),
        )
    )


def _spec(policy: EnforcementPolicy) -> ScheduleSpec:
    """When the policy's windows begin."""
    return ScheduleSpec(
        calendars=[_as_calendar(weekdays, minute) for weekdays, minute in starts_of(policy)],
        time_zone_name=policy.zone,
    )


def with_fingerprint(schedule: Schedule) -> Schedule:
    """The Schedule with a memo of all that it is made of, which stands in its action beside what is there."""
    action = schedule.action
    assert isinstance(action, ScheduleActionStartWorkflow)
    made_of = repr((action, schedule.spec, schedule.policy))
    memo = {**(action.memo or {}), FINGERPRINT: hashlib.sha256(made_of.encode()).hexdigest()[:16]}
    return replace(schedule, action=replace(action, memo=memo))


def spread(every: timedelta, name: str) -> ScheduleIntervalSpec:
    """An interval whose starts lie at a time of its own: intervals without one all start at the same second."""
    share = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4]) / 2**32
    return ScheduleIntervalSpec(every=every, offset=timedelta(seconds=int(every.total_seconds() * share)))


def starts_of(policy: EnforcementPolicy) -> tuple[tuple[tuple[int, ...], int], ...]:
    """When its weekly windows begin: days of the week (0 is Monday) and a minute of the day.

    Those of exceptional days are left to the interval, which looks every few minutes all the same. It also finds a
    start that clocks skip: the server leaves out a time that does not exist.
    """
    schedule = policy.spec.schedule
    found: dict[int, set[int]] = {}
    for window in () if schedule is None else schedule.asleep:
        for begin, _ in window.occurrences():
            weekday, minute = divmod(begin, MINUTES_OF_DAY)
            found.setdefault(minute, set()).add(weekday)
    return tuple((tuple(sorted(weekdays)), minute) for minute, weekdays in sorted(found.items()))


def _as_calendar(weekdays: tuple[int, ...], minute: int) -> ScheduleCalendarSpec:
    """The calendar of one start; Temporal counts days from Sunday."""
    return ScheduleCalendarSpec(
        day_of_week=[ScheduleRange((weekday + 1) % 7) for weekday in weekdays],
        hour=[ScheduleRange(minute // 60)],
        minute=[ScheduleRange(minute % 60)],
        comment="a window begins",
    )


def _fingerprint(description: ScheduleDescription) -> Payload | None:
    action = description.schedule.action
    if not isinstance(action, ScheduleActionStartWorkflow) or not action.memo:
        return None
    payload = action.memo.get(FINGERPRINT)
    return payload if isinstance(payload, Payload) else None
