"""`finops calendar`: the coming sleeps and wakes of policies, by their schedules alone."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from cli.commands.ask.explain import choose_policies
from cli.session import Session
from operations.errors import UsageProblem
from operations.times import read_moment
from policies.calendar.sleep_windows import Window, sleeps
from policies.models import Frozen
from policies.policy.document import EnforcementPolicy
from policies.times import earliest

MOST_DAYS = 3_660
_FORMAT = "%a %d %b %Y %H:%M %z"


class ComingSleep(Frozen):
    """One sleep of one policy, in its own zone. None: it began longer ago than is looked at, or has no end."""

    policy: str
    sleep: datetime | None
    wake: datetime | None
    reason: str


def calendar(
    ctx: typer.Context,
    policy: Annotated[str, typer.Argument(metavar="POLICY", help="The name of an applied policy, or a file.")],
    since: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="RFC 3339, or a day; now unless given.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=MOST_DAYS, help="How many days to look ahead.")] = 14,
) -> None:
    """Show when a policy's schedule lets workloads sleep and wake. Changes nothing, asks nobody."""
    session = Session.of(ctx)
    begin = datetime.now(UTC) if since is None else read_moment(since, "--from")
    chosen, _ = choose_policies(session, [policy])
    scheduled = [each for each in chosen if each.spec.schedule is not None]
    if not scheduled:
        raise UsageProblem(f"{policy} has no schedule: it lets workloads sleep at any time")
    coming = [sleep for each in scheduled for sleep in list_sleeps(each, begin, begin + timedelta(days=days))]
    if session.terminal.for_programs:
        alone = {"policy"} if len(scheduled) == 1 else set[str]()
        session.terminal.show_json([sleep.model_dump(mode="json", exclude=alone) for sleep in coming])
        return
    rows = [(each.policy, _show(each.sleep, "before"), _show(each.wake, "never"), each.reason) for each in coming]
    session.terminal.show_table(("Policy", "Sleep", "Wake", "Why"), rows)
    if not coming:
        session.terminal.say(f"no sleep within {days} days")


def list_sleeps(policy: EnforcementPolicy, begin: datetime, end: datetime) -> Iterator[ComingSleep]:
    """The sleeps that end after `begin` and start before `end`. `resumeAfter` may wake before a window ends."""
    schedule, zone = policy.spec.schedule, ZoneInfo(policy.zone)
    assert schedule is not None
    for window in takewhile(lambda window: window.start is None or window.start < end, sleeps(schedule, begin)):
        wake = _wake_of(policy, window)
        yield ComingSleep(
            policy=policy.name,
            sleep=None if window.start is None else window.start.astimezone(zone),
            wake=None if wake is None else wake.astimezone(zone),
            reason=window.reason,
        )


def _wake_of(policy: EnforcementPolicy, window: Window) -> datetime | None:
    after = policy.spec.resume_after
    return earliest(window.end, None if after is None or window.start is None else window.start + after)


def _show(at: datetime | None, otherwise: str) -> str:
    return otherwise if at is None else at.strftime(_FORMAT)
