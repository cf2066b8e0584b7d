"""`finops delete`: the document goes, and its sleepers are told at once. A worker removes its Schedule."""

import asyncio
from typing import Annotated

import typer

from cli.answers.changes import DeleteAnswer
from cli.session import Session
from operations.changes.carrying_out import open_client_if_up, remove_policies
from operations.changes.handover import Handover
from operations.changes.removal import foresee_removal


def delete(
    ctx: typer.Context,
    policy: Annotated[str, typer.Argument(metavar="POLICY")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete a policy. What sleeps under it is first offered to the other policies, then woken."""
    session = Session.of(ctx)
    session.introduce()
    handover = asyncio.run(foresee_removal(session.installation, policy))
    session.terminal.say(str(handover))
    session.terminal.confirm(f"Policy {policy} will be deleted.", yes=yes)
    asyncio.run(_delete(session, handover))
    if session.terminal.for_programs:
        session.terminal.show(DeleteAnswer(removed=(policy,), handovers=(handover,)))


async def _delete(session: Session, handover: Handover) -> None:
    client = await open_client_if_up(session.installation, asleep=handover.asleep)
    async for removed in remove_policies(session.installation, client, [handover.policy]):
        session.terminal.say(str(removed))
