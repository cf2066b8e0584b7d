"""`finops resume`: a signal to what sleeps, and a look whether it woke."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer
from temporalio.client import Client

from cli.answers.changes import ResumeAnswer, WakeAnswer
from cli.asking import ask_about_long_wake
from cli.grammar.namespaces import Namespace
from cli.grammar.workloads import AnyWorkloads
from cli.options import EVERYWHERE, OutputFormat
from cli.session import Session
from cli.several import tell_failure
from cli.views.wakes import show_awake_already, show_each_wake, show_left_out, show_nothing_asleep, show_wakes
from operations.awaiting import wait_until_back
from operations.errors import OperationError, Unconfirmed
from operations.sleepers.direct import wake_each_directly
from operations.sleepers.keep_awake import KeptAwake
from operations.sleepers.resume import WokenAll, leave_awake, read_kept_until, wake
from operations.sleepers.search import SleepersFound, find_sleepers, find_sleepers_in_cluster, join_found
from operations.targets import Target
from operations.temporal import open_client
from operations.times import read_duration, read_end
from policies.keys import WorkloadKey
from policies.sleep.messages import WakeRequest
from policies.wording import as_reason, count
from worker.errors import ConnectionFailed


def resume(
    ctx: typer.Context,
    workloads: AnyWorkloads = None,
    namespace: Namespace = None,
    everything: Annotated[
        bool, typer.Option("--all", "--all-namespaces", "-A", help="All sleepers of the cluster.")
    ] = False,
    duration: Annotated[
        str | None, typer.Option("--for", metavar="4h", help="Not paused again for so long; a day (2d) is 24 h.")
    ] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until all replicas are available.")] = False,
    timeout: Annotated[str, typer.Option(metavar="5m", help="How long --wait waits.")] = "5m",
    reason: Annotated[str, typer.Option(metavar="TEXT", callback=as_reason, help="Why, for the Temporal UI.")] = "",
    direct: Annotated[bool, typer.Option("--direct", help="Without Temporal, with your own rights.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Wake some Deployments, those of a namespace, or all, each with the replica count it had."""
    targets = Target.parse_each(workloads or (), namespace, everything=everything)
    now = datetime.now(UTC)
    until = read_end(None, duration, now, required=False)
    seconds = read_duration(timeout, "--timeout").total_seconds() if wait else None
    session = Session.of(ctx, formats=(*EVERYWHERE, OutputFormat.NAME))
    request = WakeRequest(by=session.installation.user, reason=reason, until=until)
    session.introduce()
    ask_about_long_wake(session.terminal, ", ".join(map(str, targets)), until, now, yes=yes)
    if direct:
        _resume_directly(session, targets, request, seconds, yes=yes)
    else:
        asyncio.run(_resume(session, targets, request, seconds, yes=yes))


def _resume_directly(
    session: Session, targets: Sequence[Target], request: WakeRequest, seconds: float | None, *, yes: bool
) -> None:
    installation, terminal = session.installation, session.terminal
    found, failed = [], dict[str, str]()
    for target in targets:
        try:
            found.append(find_sleepers_in_cluster(installation, target))
        except Exception as error:  # noqa: BLE001 - what was not foreseen is raised again
            failed[str(target)] = tell_failure(terminal, str(target), error, alone=len(targets) == 1)
    for each in found:
        show_left_out(terminal, each)
        if not each.keys:
            show_nothing_asleep(terminal, each)
    sleepers = [sleeper for each in found for sleeper in each.sleepers]
    if sleepers:
        _confirm(session, found, yes=yes)
    wakes = show_each_wake(terminal, wake_each_directly(installation, sleepers, request))
    if terminal.for_programs:
        results = [
            WakeAnswer(workload=str(each.workload), awake=each.woken, trouble="" if each.woken else each.sentence)
            for each in wakes
        ]
        _answer(session, results, failed)
    woken = [each.workload for each in wakes if each.woken]
    missing = frozenset[WorkloadKey]()
    if seconds is not None:
        missing = asyncio.run(wait_until_back(installation, woken, seconds, available=True))
    _conclude(len(wakes) + len(failed), len(wakes) - len(woken) + len(failed), missing)


async def _resume(
    session: Session, targets: Sequence[Target], request: WakeRequest, seconds: float | None, *, yes: bool
) -> None:
    installation, terminal = session.installation, session.terminal
    try:
        client = await open_client(installation)
    except ConnectionFailed as error:
        raise OperationError(f"{error}; or wake it without Temporal, with --direct") from error
    found, awake, failed = list[SleepersFound](), list[WorkloadKey](), dict[str, str]()
    for target in targets:
        try:
            each = await find_sleepers(installation, client, target)
            show_left_out(terminal, each)
            if each.keys:
                found.append(each)
            elif (kept := await _leave_awake(session, client, each, request)) is not None:
                awake.append(kept.workload)
        except Exception as error:  # noqa: BLE001 - what was not foreseen is raised again
            failed[str(target)] = tell_failure(terminal, str(target), error, alone=len(targets) == 1)
    woken = WokenAll(results=(), worked_on=True)
    if found:
        _confirm(session, found, yes=yes)
        woken = await wake(installation, client, join_found(found), request, available_within=seconds)
    if terminal.for_programs:
        results = [
            WakeAnswer(workload=str(each.workload), awake=each.awake, trouble=each.trouble) for each in woken.results
        ]
        _answer(session, [*results, *(WakeAnswer(workload=str(key), awake=True) for key in awake)], failed)
    else:
        show_wakes(terminal, woken, read_kept_until(installation, woken))
    missing: Collection[WorkloadKey] = ()
    if seconds is not None:
        late = await wait_until_back(installation, awake, seconds, available=True) if awake else ()
        missing = [*woken.missing, *late]
    _conclude(len(woken.results) + len(awake) + len(failed), woken.failed + len(failed), missing)


async def _leave_awake(
    session: Session, client: Client, found: SleepersFound, request: WakeRequest
) -> KeptAwake | None:
    kept = await leave_awake(session.installation, client, found, request)
    if kept is None:
        show_nothing_asleep(session.terminal, found)
    else:
        show_awake_already(session.terminal, kept, request)
    return kept


def _confirm(session: Session, found: Sequence[SleepersFound], *, yes: bool) -> None:
    (first, *others) = found
    if first.target.key is None and not others:
        session.terminal.confirm(f"{count(len(first.keys), 'Deployment')} of {first.target} will be woken.", yes=yes)


def _answer(session: Session, results: Iterable[WakeAnswer], failed: Mapping[str, str]) -> None:
    """Names are those that are awake now."""
    left = (WakeAnswer(workload=name, awake=False, trouble=why) for name, why in failed.items())
    answer = ResumeAnswer(results=(*results, *left))
    session.terminal.show(answer, names=[each.workload for each in answer.results if each.awake])


def _conclude(total: int, failed: int, unavailable: Collection[WorkloadKey]) -> None:
    if failed:
        raise OperationError(f"{failed:,} of {total:,} could not be woken")
    if unavailable:
        raise Unconfirmed(
            f"{len(unavailable):,} of {total:,} are not available yet: {', '.join(map(str, sorted(unavailable)[:5]))}"
        )
