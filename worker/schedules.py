"""The Schedules that start a policy's enforcements: created, updated where they differ, removed with the policy."""

import hashlib
import json
from collections.abc import AsyncIterator
from datetime import timedelta

from temporalio.api.common.v1 import Payload
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleDescription,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.common import Priority, SearchAttributePair, TypedSearchAttributes
from temporalio.service import RPCError, RPCStatusCode

from activities.visibility import CLUSTER, POLICY
from policies.document import EnforcementPolicy
from policies.enforcement import Enforcement
from policies.names import ENFORCEMENT, enforcement_id, policy_schedule_id, task_queue
from policies.windows import MINUTES_OF_DAY

CATCH_UP = timedelta(minutes=10)
"""How late a start is still right after an outage."""
SHORTEST_TIMEOUT = timedelta(minutes=2)
_MEMO = "spec"


async def put_schedule(client: Client, cluster: str, policy: EnforcementPolicy, interval: timedelta) -> None:
    """Create the policy's Schedule, or update it where it differs. Its first run begins at once."""
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
        if await _fingerprint(client, await handle.describe()) != _fingerprint_of(policy, interval):

            def replace(update: ScheduleUpdateInput) -> ScheduleUpdate:
                schedule = update.description.schedule
                schedule.action, schedule.spec, schedule.policy = wanted.action, wanted.spec, wanted.policy
                return ScheduleUpdate(schedule)

            await handle.update(replace)


async def remove_schedule(client: Client, cluster: str, policy: str) -> bool:
    """Remove a policy's Schedule. False where there was none."""
    try:
        await client.get_schedule_handle(policy_schedule_id(cluster, policy)).delete()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return False
        raise
    return True


async def list_scheduled(client: Client, cluster: str) -> AsyncIterator[str]:
    """The policies of a cluster that have a Schedule. Raises RPCError."""
    beginning = policy_schedule_id(cluster, "")
    async for each in await client.list_schedules(f"{CLUSTER.name} = '{cluster}'"):
        if each.id.startswith(beginning):
            yield each.id.removeprefix(beginning)


def _schedule(cluster: str, policy: EnforcementPolicy, interval: timedelta) -> Schedule:
    return Schedule(
        action=ScheduleActionStartWorkflow(
            ENFORCEMENT,
            Enforcement(cluster=cluster, policy=policy.name),
            id=enforcement_id(cluster, policy.name),
            task_queue=task_queue(cluster),
            execution_timeout=max(interval * 0.95, SHORTEST_TIMEOUT),
            memo={_MEMO: _fingerprint_of(policy, interval)},
            typed_search_attributes=TypedSearchAttributes(
                [SearchAttributePair(CLUSTER, cluster), SearchAttributePair(POLICY, policy.name)]
            ),
            static_summary=f"{policy.name} on {cluster} ({policy.spec.mode})",
            priority=Priority(priority_key=2),
        ),
        spec=ScheduleSpec(
            intervals=[ScheduleIntervalSpec(every=interval)],
            calendars=[_as_calendar(weekdays, minute) for weekdays, minute in starts_of(policy)],
            time_zone_name=policy.zone,
        ),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=CATCH_UP),
    )


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
    """Temporal counts days from Sunday."""
    return ScheduleCalendarSpec(
        day_of_week=[ScheduleRange((weekday + 1) % 7) for weekday in weekdays],
        hour=[ScheduleRange(minute // 60)],
        minute=[ScheduleRange(minute % 60)],
        comment="a window begins",
    )


def _fingerprint_of(policy: EnforcementPolicy, interval: timedelta) -> str:
    """What the Schedule is made of. Kept in its action's memo, because a spec never comes back as it was sent."""
    parts = json.dumps(["v2", policy.name, policy.zone, policy.spec.mode, interval.total_seconds(), starts_of(policy)])
    return hashlib.sha256(parts.encode()).hexdigest()[:16]


async def _fingerprint(client: Client, description: ScheduleDescription) -> str | None:
    action = description.schedule.action
    if not isinstance(action, ScheduleActionStartWorkflow) or not action.memo:
        return None
    payload = action.memo.get(_MEMO)
    if not isinstance(payload, Payload):
        return None
    (fingerprint,) = await client.data_converter.decode([payload], [str])
    return str(fingerprint)
