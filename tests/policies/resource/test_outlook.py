from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cases import policy

from policies.policy.document import EnforcementPolicy
from policies.resource.outlook import warnings_of

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)


def scheduled(name: str, begin: str, end: str, **spec: Any) -> EnforcementPolicy:
    here = {"namespaces": {"include": ["dev-*"]}}
    return policy(
        name, **{"scope": here, "schedule": {"timeZone": "UTC", "asleep": [{"from": begin, "to": end}]}} | spec
    )


NIGHTS = scheduled("nights", "20:00", "07:00")
ELSEWHERE = {"namespaces": {"include": ["prod-*"]}}


@pytest.mark.parametrize(
    ("of", "others", "says"),
    [
        (
            NIGHTS,
            [scheduled("more", "Fri 06:00", "Mon 09:00")],
            "ends at Fri 27 Nov 07:00 UTC inside a window of more (Fri 06:00 to Mon 09:00)",
        ),
        (NIGHTS, [scheduled("always", "00:00", "24:00")], "sleeps on for good"),
        (
            NIGHTS,
            [scheduled("tests", "06:00", "09:00", scope={"namespaces": {"include": ["*-test"]}})],
            "inside a window of tests",
        ),
        (scheduled("short", "12:00", "12:20"), [], "its sleeps are shorter than 30m"),
        (
            policy(
                schedule={
                    "timeZone": "UTC",
                    "exceptions": [{"from": "2026-01-01", "to": "2026-01-02", "keep": "Asleep"}],
                }
            ),
            [],
            "its days are over",
        ),
    ],
    ids=[
        "wakes inside another's window",
        "inside one without end",
        "in namespaces that both mean",
        "too short",
        "over",
    ],
)
def test_a_schedule_that_cannot_do_what_it_says_is_pointed_out(
    of: EnforcementPolicy, others: list[EnforcementPolicy], says: str
) -> None:
    (told,) = warnings_of(of, others, NOW, HALF_HOUR)
    assert says in told


@pytest.mark.parametrize(
    "other",
    [
        NIGHTS,
        scheduled("later", "08:00", "09:00"),
        scheduled("dry", "06:00", "09:00", mode="DryRun"),
        scheduled("elsewhere", "06:00", "09:00", scope=ELSEWHERE),
        policy("idle"),
    ],
    ids=["itself", "at another time", "in a dry run", "elsewhere", "without a schedule"],
)
def test_what_does_not_touch_it_is_no_news(other: EnforcementPolicy) -> None:
    assert warnings_of(NIGHTS, [other], NOW, HALF_HOUR) == ()
