"""CronJobs that are due while their namespace sleeps."""

from datetime import UTC, datetime, timedelta

import pytest
from cases import policy

from activities.kube.objects.cron_jobs import CronJob
from operations.plans.cron_jobs import warn_of_cron_jobs
from operations.times import show_time
from policies.policy.document import EnforcementPolicy

FRIDAY = datetime(2026, 11, 27, 20, tzinfo=UTC)
WEEKEND = policy("weekend", schedule={"timeZone": "UTC", "asleep": [{"from": "Fri 20:00", "to": "Mon 07:00"}]})
OVERNIGHT = policy("overnight", resumeAfter="12h")
FOR_GOOD = policy("for-good")


def warn(schedule: str, zone: str = "UTC", by: EnforcementPolicy = WEEKEND, namespace: str = "dev") -> list[str]:
    job = CronJob("dev", "report", schedule, zone)
    return [f"{ref} {sentence}" for ref, sentence in warn_of_cron_jobs([job], by, {namespace}, FRIDAY)]


@pytest.mark.parametrize(
    ("schedule", "zone", "by", "times", "first"),
    [
        ("0 2 * * *", "UTC", WEEKEND, "3 times", timedelta(hours=6)),
        ("0 20 * * 5", "UTC", WEEKEND, "once", timedelta(0)),
        ("0 2 * * SAT", "Asia/Tokyo", WEEKEND, "", None),
        ("0 2 * * sat", "Europe/Berlin", WEEKEND, "once", timedelta(hours=5)),
        ("@daily", "UTC", WEEKEND, "3 times", timedelta(hours=4)),
        ("30 * ? * ?", "UTC", WEEKEND, "59 times", timedelta(minutes=30)),
        ("* * * * *", "UTC", WEEKEND, "more than 100 times", timedelta(0)),
        ("0 9 * * *", "UTC", OVERNIGHT, "", None),
        ("0 7 * * *", "UTC", OVERNIGHT, "once", timedelta(hours=11)),
        ("0 12 * * 1-5", "UTC", WEEKEND, "", None),
        ("0 12 * * 1-5", "UTC", FOR_GOOD, "5 times", timedelta(days=2, hours=16)),
        ("0 0 29 2 *", "UTC", FOR_GOOD, "", None),
    ],
)
def test_one_is_named_where_it_is_due_inside_the_sleep(
    schedule: str, zone: str, by: EnforcementPolicy, times: str, first: timedelta | None
) -> None:
    said = warn(schedule, zone, by)
    if first is None:
        assert said == []
        return
    due = f"is due {times} (first {show_time(FRIDAY + first)})"
    assert said == [f"dev/report is a CronJob that {due} while {by.name} has Deployments of its namespace asleep"]


@pytest.mark.parametrize(
    ("schedule", "zone", "says"),
    [
        ("@every 1h30m", "UTC", "runs every 1h30m"),
        ("@reboot", "UTC", "has a schedule that is not understood"),
        ("0 2 * *", "UTC", "has a schedule that is not understood"),
        ("", "UTC", "has a schedule that is not understood"),
        ("x" * 10_000, "UTC", "has a schedule that is not understood"),
        ("0 2 * * *", "Mars/Olympus", "has a schedule that is not understood"),
        ("0 2 * * *", "../../etc/passwd", "has a schedule that is not understood"),
    ],
)
def test_one_that_cannot_be_read_may_be_due_at_any_time(schedule: str, zone: str, says: str) -> None:
    (said,) = warn(schedule, zone)
    assert says in said
    assert len(said) < 300


def test_one_of_a_namespace_where_nothing_would_be_paused_is_no_news() -> None:
    assert warn("0 2 * * *", namespace="other") == []
