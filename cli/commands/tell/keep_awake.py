"""`finops keep-awake`: these Deployments are not paused before a time."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer

from cli.answers.changes import KeepAwakeAnswer
from cli.asking import ask_about_long_wake
from cli.options import EVERYWHERE, OutputFormat
from cli.session import Session
from operations.errors import OperationError
from operations.sleepers.keep_awake import keep_awake as keep_each_awake
from operations.targets import Target
from operations.times import read_end, show_time
from policies.annotations import AWAKE_UNTIL
from policies.keys import WorkloadKey
from policies.times import to_rfc3339
from policies.wording import count


def keep_awake(
    ctx: typer.Context,
    workload: Annotated[str | None, typer.Argument(metavar="[NAMESPACE/NAME]")] = None,
    namespace: Annotated[
        str | None,
        typer.Option("--namespace", "-n", help="Each Deployment of a namespace; or that of deployment/NAME."),
    ] = None,
    duration: Annotated[str | None, typer.Option("--for", metavar="4h", help="For so long.")] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="HH:MM, or RFC 3339 with its offset.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Keep a Deployment awake until a time, waking it if it sleeps."""
    target = Target.parse(workload, namespace)
    now = datetime.now(UTC)
    end = read_end(until, duration, now, required=True)
    assert end is not None
    session = Session.of(ctx, formats=(*EVERYWHERE, OutputFormat.NAME))
    session.introduce()
    ask_about_long_wake(session.terminal, target, end, now, yes=yes)
    asyncio.run(_keep_awake(session, target, end))


async def _keep_awake(session: Session, target: Target, until: datetime) -> None:
    terminal = session.terminal
    kept, failed = list[WorkloadKey](), dict[str, str]()
    async for each in keep_each_awake(session.installation, target, until):
        if each.trouble:
            failed[str(each.workload)] = each.trouble
            terminal.say(f"{each.workload}: {each.trouble}", style="red")
        else:
            kept.append(each.workload)
            terminal.say(f"{each.workload}: not paused before {show_time(until)}")
    if terminal.for_programs:
        terminal.show(KeepAwakeAnswer(kept_awake=tuple(kept), until=until, failed=failed), names=kept)
    if target.namespace is not None:
        terminal.say(
            f"{count(len(kept), 'Deployment')} of namespace {target.namespace} kept awake; those that come later are "
            f"not covered. Where the worker may list namespaces, this covers them, too: kubectl annotate namespace "
            f"{target.namespace} --overwrite {AWAKE_UNTIL}={to_rfc3339(until)}"
        )
    if failed:
        raise OperationError(f"{len(failed)} of {len(kept) + len(failed)} could not be kept awake")
