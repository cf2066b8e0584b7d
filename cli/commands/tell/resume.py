"""`finops resume`: a signal to what sleeps, and a look whether it woke."""

import asyncio
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Annotated

import typer
from temporalio.client import Client

from cli.answers.changes import ResumeAnswer, WakeAnswer
from cli.asking import ask_about_long_wake
from cli.options import EVERYWHERE, OutputFormat
from cli.session import Session
from cli.views.wakes import show_awake_already, show_each_wake, show_left_out, show_nothing_asleep, show_wakes
from operations.awaiting import wait_until_back
from operations.errors import OperationError, Unconfirmed
from operations.sleepers.direct import wake_each_directly
from operations.sleepers.resume import leave_awake, read_kept_until, wake
from operations.sleepers.search import SleepersFound, find_sleepers, find_sleepers_in_cluster
from operations.targets import Target
from operations.temporal import open_client
from operations.times import read_duration, read_end
from policies.keys import WorkloadKey
from policies.wording import count
from worker.errors import ConnectionFailed


def resume(
    ctx: typer.Context,
    workload: Annotated[str | None, typer.Argument(metavar="[NAMESPACE/NAME]")] = None,
    namespace: Annotated[
        str | None,
        typer.Option("--namespace", "-n", help="All sleepers of a namespace; or that of deployment/NAME."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All sleepers of the cluster.")] = False,
    duration: Annotated[str | None, typer.Option("--for", metavar="4h", help="Not paused again for so long.")] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until all replicas are available.")] = False,
    timeout: Annotated[str, typer.Option(metavar="5m", help="How long --wait waits.")] = "5m",
    reason: Annotated[str, typer.Option(help="Why, for the Temporal UI.")] = "",
    direct: Annotated[bool, typer.Option("--direct", help="Without Temporal, with your own rights.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Wake one Deployment, those of a namespace, or all, each with the replica count it had."""
    target = Target.parse(workload, namespace, everything=everything)
    now = datetime.now(UTC)
    until = read_end(None, duration, now, required=False)
    seconds = read_duration(timeout).total_seconds() if wait else None
    session = Session.of(ctx, formats=(*EVERYWHERE, OutputFormat.NAME))
    session.introduce()
    ask_about_long_wake(session.terminal, target, until, now, yes=yes)
    if direct:
        _resume_directly(session, target, until, seconds, yes=yes)
    else:
        asyncio.run(_resume(session, target, reason, until, seconds, yes=yes))


def _resume_directly(
    session: Session, target: Target, until: datetime | None, seconds: float | None, *, yes: bool
) -> None:
    installation, terminal = session.installation, session.terminal
    found = find_sleepers_in_cluster(installation, target)
    show_left_out(terminal, found)
    if not found.keys:
        show_nothing_asleep(terminal, found)
        return
    _confirm(session, found, yes=yes)
    wakes = show_each_wake(terminal, wake_each_directly(installation, found.sleepers, until))
    if terminal.for_programs:
        results = (
            WakeAnswer(workload=each.workload, awake=each.woken, trouble="" if each.woken else each.sentence)
            for each in wakes
        )
        _answer(session, results)
    woken = [each.workload for each in wakes if each.woken]
    missing = frozenset[WorkloadKey]()
    if seconds is not None:
        missing = asyncio.run(wait_until_back(installation, woken, seconds, available=True))
    _conclude(len(wakes), len(wakes) - len(woken), missing)


async def _resume(
    session: Session, target: Target, reason: str, until: datetime | None, seconds: float | None, *, yes: bool
) -> None:
    installation, terminal = session.installation, session.terminal
    try:
        client = await open_client(installation)
    except ConnectionFailed as error:
        raise OperationError(f"{error}; or wake it without Temporal, with --direct") from error
    found = await find_sleepers(installation, client, target)
    show_left_out(terminal, found)
    if not found.keys:
        await _leave_awake(session, client, found, until, seconds)
        return
    _confirm(session, found, yes=yes)
    woken = await wake(installation, client, found, reason=reason, until=until, available_within=seconds)
    if terminal.for_programs:
        _answer(session, (WakeAnswer(**dict(each)) for each in woken.results))
    else:
        show_wakes(terminal, woken, read_kept_until(installation, woken))
    _conclude(len(woken.results), woken.failed, woken.missing if seconds is not None else ())


async def _leave_awake(
    session: Session, client: Client, found: SleepersFound, until: datetime | None, seconds: float | None
) -> None:
    key = await leave_awake(session.installation, client, found, until)
    if key is None:
        show_nothing_asleep(session.terminal, found)
        return
    show_awake_already(session.terminal, key, until)
    if session.terminal.for_programs:
        _answer(session, [WakeAnswer(workload=key, awake=True)])
    if seconds is not None:
        _conclude(1, 0, await wait_until_back(session.installation, [key], seconds, available=True))


def _confirm(session: Session, found: SleepersFound, *, yes: bool) -> None:
    if found.target.key is None:
        session.terminal.confirm(f"{count(len(found.keys), 'Deployment')} of {found.target} will be woken.", yes=yes)


def _answer(session: Session, results: Iterable[WakeAnswer]) -> None:
    """Names are those that are awake now."""
    answer = ResumeAnswer(results=tuple(results))
    session.terminal.show(answer, names=[each.workload for each in answer.results if each.awake])


def _conclude(total: int, failed: int, unavailable: Collection[WorkloadKey]) -> None:
    if failed:
        raise OperationError(f"{failed:,} of {total:,} could not be woken")
    if unavailable:
        raise Unconfirmed(
            f"{len(unavailable):,} of {total:,} are not available yet: {', '.join(map(str, sorted(unavailable)[:5]))}"
        )
