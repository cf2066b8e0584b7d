"""What is said of a policy in force: what it does now, would do, or did in its last window."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cli.views.present.policies import show_window, tell_in_brief, tell_now
from operations.present.in_force import PoliciesInForce, PolicyInForce
from operations.present.policy_runs import PolicyRun
from policies.calendar.sleep_windows import Window
from policies.policy.document import Mode
from policies.runs.enforcement import JudgedRun

FRIDAY, MONDAY = datetime(2026, 11, 27, 19, tzinfo=UTC), datetime(2026, 11, 30, 6, tzinfo=UTC)
FROM_FRIDAY = "Fri 27 Nov 20:00 CET to Mon 30 Nov 07:00 CET"
WEEKEND = Window(start=FRIDAY, end=MONDAY)


def ran(at: datetime, *, dry_run: bool = True) -> PolicyRun:
    judged = JudgedRun(at=at, sentence="s", dry_run=dry_run, would_pause=116, most_in_window=120)
    return PolicyRun(workflow_id="w", run_id="r", at=at, status="completed", last_judged=judged)


def nights(**fields: Any) -> PolicyInForce:
    ordinary: dict[str, Any] = {"name": "nights", "mode": Mode.DRY_RUN, "zone": "Europe/Berlin", "window": WEEKEND}
    return PolicyInForce(**(ordinary | fields))


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        (nights(window_runs=True, last_run=ran(FRIDAY)), "would pause 116 now"),
        (nights(window=Window(), window_runs=True, last_run=ran(FRIDAY)), "would pause 116 now"),
        (
            nights(window_runs=True, last_run=ran(FRIDAY - timedelta(days=1))),
            "its window runs (until Mon 30 Nov 07:00 CET), and no run has judged anything in it yet",
        ),
        (
            nights(window_runs=True, runs_known=False),
            "its window runs (until Mon 30 Nov 07:00 CET), and what its runs found is not known",
        ),
        (
            nights(last_run=ran(FRIDAY - timedelta(days=1))),
            f"next window {FROM_FRIDAY}; would have paused 120 in the last one (Thu 26 Nov 20:00 CET)",
        ),
        (
            nights(mode=Mode.ENFORCE, last_run=ran(FRIDAY - timedelta(days=1), dry_run=False)),
            f"next window {FROM_FRIDAY}",
        ),
        (
            nights(mode=Mode.ENFORCE, window_runs=True, asleep=0, last_run=ran(FRIDAY, dry_run=False)),
            "its window runs (until Mon 30 Nov 07:00 CET), and nothing is asleep under it",
        ),
        (nights(suspended=True), "suspended: it pauses nothing, and what slept under it wakes"),
        (nights(window=None), "never wants anything asleep again: its days are over"),
        (nights(mode=None), "what it would do is not known: its document cannot be read"),
    ],
    ids=[
        "a dry run in its window",
        "a dry run at any time",
        "its window has just begun",
        "Temporal is away",
        "a dry run between two windows",
        "Enforce between two windows",
        "Enforce that finds nothing",
        "suspended",
        "over",
        "unreadable",
    ],
)
def test_a_policy_is_told_by_what_it_does_or_would_do(policy: PolicyInForce, said: str) -> None:
    assert tell_now(policy) == said


def test_a_window_is_told_in_the_policys_zone() -> None:
    assert show_window(nights()) == FROM_FRIDAY
    assert show_window(nights(window_runs=True)) == "until Mon 30 Nov 07:00 CET"
    assert show_window(nights(window=Window())) == "at any time"


def test_where_nothing_sleeps_status_says_what_is_in_force_and_would_be_done() -> None:
    found = PoliciesInForce(cluster="dev", place="here", at=FRIDAY)
    policy = nights(window_runs=True, last_run=ran(FRIDAY))
    assert list(tell_in_brief(found.replace(policies=(policy,)))) == [
        "1 policy in force: nights (DryRun), would pause 116 now"
    ]
    assert list(tell_in_brief(found)) == ["no policy is in force in here"]
    unread = found.replace(readable=False, troubles=("it cannot be read",))
    assert list(tell_in_brief(unread)) == ["it cannot be read"]
