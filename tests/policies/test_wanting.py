from datetime import timedelta
from typing import Any

import pytest
from cases import NOW, policy

from policies.names import MANUAL
from policies.times import to_rfc3339
from policies.wanting import Sleeper, Wish, wants_asleep

HOUR = timedelta(hours=1)


def sleeper(**changes: Any) -> Sleeper:
    ordinary = {"namespace": "dev", "paused_by": "idle-dev", "paused_at": NOW - HOUR}
    return Sleeper(**(ordinary | changes))


@pytest.mark.parametrize(
    ("policies", "asleep", "wish"),
    [
        ([policy()], sleeper(), Wish(policy="idle-dev")),
        ([policy(resumeAfter="3h")], sleeper(), Wish(policy="idle-dev", until=NOW + 2 * HOUR)),
        ([policy(resumeAfter="1h")], sleeper(), None),
        ([policy(mode="DryRun")], sleeper(), None),
        ([policy(suspend=True)], sleeper(), None),
        ([policy(scope={"namespaces": {"include": ["prod"]}})], sleeper(), None),
        ([policy("other")], sleeper(), None),
        ([], sleeper(), None),
        ([policy()], sleeper(annotations={"finops.io/exclude": "true"}), None),
        ([policy()], sleeper(annotations={"finops.io/exclude": "perhaps"}), None),
        ([], sleeper(paused_by=MANUAL, resume_at=NOW + HOUR), Wish(policy=MANUAL, until=NOW + HOUR)),
        ([], sleeper(paused_by=MANUAL, resume_at=NOW), None),
        ([policy(schedule={"timeZone": "UTC", "asleep": [{"from": "20:00", "to": "07:00"}]})], sleeper(), None),
    ],
    ids=[
        "what it paused itself",
        "until resumeAfter",
        "resumeAfter is over",
        "dry run",
        "suspended",
        "out of scope",
        "without a schedule only its own",
        "policy gone",
        "excluded",
        "exclusion unreadable",
        "by hand",
        "by hand, over",
        "no calendar yet",
    ],
)
def test_who_wants_it_asleep(policies: Any, asleep: Sleeper, wish: Wish | None) -> None:
    assert wants_asleep(policies, asleep, NOW) == wish


def test_a_note_of_being_awake_silences_every_policy() -> None:
    note = {"finops.io/awake-until": to_rfc3339(NOW + HOUR), "finops.io/resumed-at": to_rfc3339(NOW)}
    assert wants_asleep([policy()], sleeper(annotations=note), NOW) is None


def test_the_note_of_the_wake_before_this_sleep_does_not_count() -> None:
    note = {"finops.io/awake-until": to_rfc3339(NOW + HOUR), "finops.io/resumed-at": to_rfc3339(NOW - 9 * HOUR)}
    assert wants_asleep([policy()], sleeper(annotations=note), NOW) is not None
