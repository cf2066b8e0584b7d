"""`finops apply`: policies are validated as a whole, then put in force."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from cli.answers.changes import ApplyAnswer
from cli.session import Session
from cli.views.changes import show_change, show_dry_run, show_schedules
from operations.changes.carrying_out import carry_out, open_client_if_up
from operations.changes.policy_change import PolicyChange, foresee_change
from operations.changes.schedule_look import look_at_schedules
from operations.errors import UsageProblem
from operations.plans.policies import load_policies
from policies.wording import count


def apply(
    ctx: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A file, or a directory of policy files.")],
    prune: Annotated[bool, typer.Option("--prune", help="Remove the policies that are not in DIR.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before a prune.")] = False,
) -> None:
    """Validate policies and put them in force. Nothing is applied if any of them is wrong."""
    if prune and not path.is_dir():
        raise UsageProblem(f"--prune needs a directory, and {path} is not one")
    session = Session.of(ctx)
    policies = load_policies(path)
    session.introduce()
    change = asyncio.run(foresee_change(session.installation, policies, prune=prune))
    show_change(session.terminal, change)
    if dry_run:
        show_dry_run(session.terminal, change)
    else:
        if change.pruned:
            removed = f"{count(len(change.pruned), 'policy')} will be removed: {', '.join(change.pruned)}."
            session.terminal.confirm(removed, yes=yes)
        asyncio.run(_apply(session, change))
    if session.terminal.for_programs:
        session.terminal.show(
            ApplyAnswer(
                dry_run=dry_run,
                applied=change.names,
                changed=change.changed,
                removed=change.pruned,
                handovers=change.handovers,
            )
        )


async def _apply(session: Session, change: PolicyChange) -> None:
    client = await open_client_if_up(session.installation, asleep=change.asleep)
    async for step in carry_out(session.installation, client, change):
        session.terminal.say(str(step))
    if client is not None:
        show_schedules(session.terminal, await look_at_schedules(session.installation, client, change.names))
