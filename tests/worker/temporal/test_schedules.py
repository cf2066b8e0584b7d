"""The Schedules of policies, as the real server keeps them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from cases import policy
from temporalio.api.workflowservice.v1 import ListScheduleMatchingTimesRequest
from temporalio.client import Client

from policies.calendar.sleep_windows import sleeps
from policies.names import policy_schedule_id
from policies.policy.document import EnforcementPolicy
from worker.temporal.attributes import register_attributes
from worker.temporal.schedules import put_schedule, spread

pytestmark = pytest.mark.temporal

NIGHTS = {"from": "Mon-Thu 20:00", "to": "07:00"}
WEEKENDS = {"from": "Fri 20:00", "to": "Mon 07:00"}
SWEEP = timedelta(days=5000)
"""So seldom that only the starts of windows are left."""


def scheduled(*windows: dict[str, str], name: str, zone: str = "Europe/Berlin", **spec: Any) -> EnforcementPolicy:
    return policy(name, schedule={"timeZone": zone, "asleep": windows}, **spec)


@pytest.fixture
def name() -> str:
    """One whose own seconds, which its hash tells, lie in the second half of the sweep: beyond 2030."""
    while True:
        made = f"calendar-{uuid4().hex[:8]}"
        offset = spread(SWEEP, policy_schedule_id("schedules", made)).offset
        if offset is not None and offset > SWEEP / 2:
            return made


async def put(client: Client, under: EnforcementPolicy, interval: timedelta = SWEEP) -> None:
    await register_attributes(client)
    await put_schedule(client, "schedules", under, interval)


async def starts_by_server(client: Client, under: EnforcementPolicy, since: str, days: int) -> list[datetime]:
    """When the server would start a run, by its own word."""
    asked = ListScheduleMatchingTimesRequest(
        namespace=client.namespace, schedule_id=policy_schedule_id("schedules", under.name)
    )
    begin = datetime.fromisoformat(since).replace(tzinfo=UTC)
    asked.start_time.FromDatetime(begin)
    asked.end_time.FromDatetime(begin + timedelta(days=days))
    answer = await client.workflow_service.list_schedule_matching_times(asked)
    return [moment.ToDatetime(UTC) for moment in answer.start_time]


def starts_by_calendar(under: EnforcementPolicy, since: str, days: int) -> Iterator[datetime]:
    """When `finops calendar` says that a sleep begins."""
    begin = datetime.fromisoformat(since).replace(tzinfo=UTC)
    schedule = under.spec.schedule
    assert schedule is not None
    for sleep in sleeps(schedule, begin):
        assert sleep.start is not None
        if sleep.start >= begin + timedelta(days=days):
            return
        if sleep.start > begin:  # as the server has it
            yield sleep.start


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"])
async def test_the_server_starts_runs_when_the_calendar_says_that_sleeps_begin(
    temporal_client: Client, name: str, zone: str
) -> None:
    under = scheduled(NIGHTS, WEEKENDS, {"from": "Sat 12:00", "to": "24:00"}, name=name, zone=zone)
    await put(temporal_client, under)
    for since in ("2026-03-20", "2026-10-20"):
        weekly = set(starts_by_calendar(under, since, 21))
        server = set(await starts_by_server(temporal_client, under, since, 21))
        assert weekly < server  # Saturday noon begins no sleep: the weekend's has begun already
        assert {moment.weekday() for moment in server - weekly} <= {4, 5}


@pytest.mark.parametrize(
    ("since", "calendar", "server"),
    [
        ("2026-03-28", ["2026-03-29T01:00"], []),
        ("2026-10-24", ["2026-10-25T01:30"], ["2026-10-25T01:30"]),
    ],
    ids=["a time that does not exist", "a time that comes twice"],
)
async def test_on_the_days_on_which_clocks_change_the_sweep_covers_what_the_server_leaves_out(
    temporal_client: Client, name: str, since: str, calendar: list[str], server: list[str]
) -> None:
    under = scheduled({"from": "Sun 02:30", "to": "09:00"}, name=name)
    await put(temporal_client, under)
    assert [f"{at:%Y-%m-%dT%H:%M}" for at in starts_by_calendar(under, since, 3)] == calendar
    assert [f"{at:%Y-%m-%dT%H:%M}" for at in await starts_by_server(temporal_client, under, since, 3)] == server
    await put(temporal_client, under, timedelta(minutes=5))
    swept = await starts_by_server(temporal_client, under, since, 3)
    begins = datetime.fromisoformat(f"{calendar[0]}Z")
    assert any(begins <= moment < begins + timedelta(minutes=5) for moment in swept)


async def test_a_schedule_is_updated_where_its_windows_change_and_only_then(temporal_client: Client, name: str) -> None:
    handle = temporal_client.get_schedule_handle(policy_schedule_id("schedules", name))

    async def updated_at() -> datetime | None:
        return (await handle.describe()).info.last_updated_at

    await put(temporal_client, scheduled(NIGHTS, name=name))
    await put(temporal_client, scheduled(NIGHTS, name=name))
    assert await updated_at() is None
    await put(temporal_client, scheduled(NIGHTS, name=name, minHourlyCost=0.5))
    assert await updated_at() is None
    await put(temporal_client, scheduled(WEEKENDS, name=name))
    assert await updated_at() is not None
    starts = await starts_by_server(temporal_client, scheduled(WEEKENDS, name=name), "2026-11-23", 7)
    assert starts == [datetime(2026, 11, 27, 19, tzinfo=UTC)]
