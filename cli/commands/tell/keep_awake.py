"""`finops keep-awake`: these Deployments are not paused before a time."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer

from cli.answers.changes import KeepAwakeAnswer
from cli.asking import ask_about_long_wake
from cli.grammar.namespaces import Namespace
from cli.grammar.workloads import AnyWorkloads
from cli.options import EVERYWHERE, OutputFormat
from cli.session import Session
from cli.several import tell_failure
from cli.views.wakes import tell_kept
from operations.errors import OperationError
from operations.sleepers.keep_awake import KeptAwake
from operations.sleepers.keep_awake import keep_awake as keep_each_awake
from operations.targets import Target
from operations.times import read_end
from policies.annotations import AWAKE_UNTIL
from policies.times import to_rfc3339
from policies.wording import count


def keep_awake(
    ctx: typer.Context,
    workloads: AnyWorkloads = None,
    namespace: Namespace = None,
    everything: Annotated[bool, typer.Option("--all-namespaces", "-A", help="Every Deployment.")] = False,
    duration: Annotated[
        str | None, typer.Option("--for", metavar="4h", help="For so long; a day (2d) is 24 h.")
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="HH:MM, or RFC 3339 with its offset.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Keep Deployments awake until a time, waking those that sleep."""
    targets = Target.parse_each(workloads or (), namespace, everything=everything)
    now = datetime.now(UTC)
    end = read_end(until, duration, now, required=True)
    assert end is not None
    session = Session.of(ctx, formats=(*EVERYWHERE, OutputFormat.NAME))
    session.introduce()
    ask_about_long_wake(session.terminal, ", ".join(map(str, targets)), end, now, yes=yes)
    if everything:
        session.terminal.confirm("Every Deployment of the whole cluster will be kept awake.", yes=yes)
    asyncio.run(_keep_awake(session, targets, end))


async def _keep_awake(session: Session, targets: tuple[Target, ...], until: datetime) -> None:
    terminal = session.terminal
    kept, failed = list[KeptAwake](), dict[str, str]()
    for target in targets:
        try:
            async for each in keep_each_awake(session.installation, target, until, alone=len(targets) == 1):
                if each.trouble:
                    failed[str(each.workload)] = each.trouble
                    terminal.say(f"{each.workload}: {each.trouble}", style="red")
                else:
                    kept.append(each)
                    terminal.say(f"{each.workload}: {tell_kept(each, until)}")
        except Exception as error:  # noqa: BLE001 - what was not foreseen is raised again
            failed[str(target)] = tell_failure(terminal, str(target), error, alone=len(targets) == 1)
    if terminal.for_programs:
        _answer(session, kept, until, failed)
    if targets[0].key is None:
        _tell_of_later_ones(session, targets[0], len(kept), until)
    if failed:
        raise OperationError(f"{len(failed)} of {len(kept) + len(failed)} could not be kept awake")


def _answer(session: Session, kept: Sequence[KeptAwake], until: datetime, failed: Mapping[str, str]) -> None:
    names = tuple(each.workload for each in kept)
    longer = {str(each.workload): each.until for each in kept if each.until is not None and each.until > until}
    before = {str(each.workload): each.before.awake_until for each in kept if each.before is not None}
    answer = KeepAwakeAnswer(
        kept_awake=names,
        woken=tuple(each.workload for each in kept if each.was_asleep),
        until=until,
        longer=longer,
        shortened={name: end for name, end in before.items() if name not in longer},
        failed=failed,
    )
    session.terminal.show(answer, names=names)


def _tell_of_later_ones(session: Session, target: Target, kept: int, until: datetime) -> None:
    told = f"{count(kept, 'Deployment')} of {target} kept awake; those that come later are not covered."
    if target.namespace is not None:
        told += (
            f" Where the worker may list namespaces, this covers them, too: kubectl annotate namespace "
            f"{target.namespace} --overwrite {AWAKE_UNTIL}={to_rfc3339(until)}"
        )
    session.terminal.say(told)
