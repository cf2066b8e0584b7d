from datetime import timedelta
from typing import Any

import pytest
from cases import NOW, policy

from policies.calendar.spread import delay_of
from policies.names import MANUAL
from policies.policy.document import EnforcementPolicy
from policies.sleep.wishes import Sleeper, Wish, wants_asleep
from policies.times import to_rfc3339

HOUR = timedelta(hours=1)


def sleeper(**changes: Any) -> Sleeper:
    ordinary: dict[str, Any] = {"namespace": "dev", "paused_by": "idle-dev", "paused_at": NOW - HOUR}
    return Sleeper(**(ordinary | changes))


def nightly(name: str, *, begins: int, ends: int, keep: str = "", **spec: Any) -> EnforcementPolicy:
    """A policy with one window a day, in hours from now, and today as an exceptional day."""
    window = {"from": f"{NOW + begins * HOUR:%H:%M}", "to": f"{NOW + ends * HOUR:%H:%M}"}
    today = [{"from": str(NOW.date()), "to": str(NOW.date()), "keep": keep}] if keep else []
    return policy(name, schedule={"timeZone": "UTC", "asleep": [window], "exceptions": today}, **spec)


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
        ([policy()], sleeper(annotations={"finops.io/awake-until": "in the morning"}), None),
        ([], sleeper(paused_by=MANUAL, resume_at=NOW + HOUR), Wish(policy=MANUAL, until=NOW + HOUR)),
        ([], sleeper(paused_by=MANUAL, resume_at=NOW), None),
        ([nightly("any", begins=+1, ends=+2)], sleeper(), None),
        ([nightly("any", begins=-1, ends=+2)], sleeper(), Wish(policy="any", until=NOW + 2 * HOUR, has_schedule=True)),
        (
            [nightly("any", begins=-1, ends=+2), nightly("more", begins=-2, ends=+3)],
            sleeper(),
            Wish(policy="more", until=NOW + 3 * HOUR, has_schedule=True),
        ),
        (
            [nightly("idle-dev", begins=-1, ends=+9, resumeAfter="3h")],
            sleeper(),
            Wish(policy="idle-dev", until=NOW + 2 * HOUR, has_schedule=True),
        ),
        ([policy(), nightly("holiday", begins=+5, ends=+6, keep="Awake")], sleeper(), None),
        (
            [policy(), nightly("holiday", begins=+5, ends=+6, keep="Awake", mode="DryRun")],
            sleeper(),
            Wish(policy="idle-dev"),
        ),
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
        "kept awake until nobody knows when",
        "by hand",
        "by hand, over",
        "outside every window",
        "a schedule keeps what another policy paused",
        "the latest end counts",
        "the earlier of window and resumeAfter",
        "one that keeps it awake today has a veto",
        "no veto in a dry run",
    ],
)
def test_who_wants_it_asleep(policies: Any, asleep: Sleeper, wish: Wish | None) -> None:
    assert wants_asleep(policies, asleep, NOW) == wish


def test_each_sleeper_wakes_its_own_share_of_the_spread_after_the_window_and_is_wanted_asleep_until_then() -> None:
    over = nightly("idle-dev", begins=-3, ends=0)
    schedule = over.spec.schedule
    assert schedule is not None
    spread = over.spec.model_copy(update={"schedule": schedule.model_copy(update={"spread": HOUR})})
    under = over.model_copy(update={"spec": spread})
    delay = delay_of(under, "dev", "web")
    assert delay > timedelta(0)
    for passed in (timedelta(0), delay - timedelta(seconds=1)):
        wish = wants_asleep([under], sleeper(name="web"), NOW + passed)
        assert wish is not None
        assert wish.until == NOW + delay
    assert wants_asleep([under], sleeper(name="web"), NOW + delay) is None
    assert wants_asleep([over], sleeper(name="web"), NOW) is None


def test_a_note_of_being_awake_silences_every_policy() -> None:
    note = {"finops.io/awake-until": to_rfc3339(NOW + HOUR), "finops.io/resumed-at": to_rfc3339(NOW)}
    assert wants_asleep([policy()], sleeper(annotations=note), NOW) is None


def test_the_note_of_the_wake_before_this_sleep_does_not_count() -> None:
    note = {"finops.io/awake-until": to_rfc3339(NOW + HOUR), "finops.io/resumed-at": to_rfc3339(NOW - 9 * HOUR)}
    assert wants_asleep([policy()], sleeper(annotations=note), NOW) is not None
