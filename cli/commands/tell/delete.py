"""`finops delete`: the document goes, and whoever sleeps under it is told at once. Its Schedule a worker removes."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer
from temporalio.client import Client

from cli.session import Session
from operations.changes.handover import foresee
from operations.errors import NotFound
from operations.identity import confirm_cluster_if_up
from operations.listing import list_workloads
from operations.policy_source import open_client_if_up, read_applied, refuse_other_files
from worker.temporal.nudges import send_checks


def delete(
    ctx: typer.Context,
    policy: Annotated[str, typer.Argument(metavar="POLICY")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete a policy. What sleeps under it is first offered to the other policies, then woken."""
    session = Session.of(ctx)
    session.introduce()
    asyncio.run(confirm_cluster_if_up(session.installation))
    applied = read_applied(session.installation)
    if policy not in {each.name for each in applied} and not session.installation.policies.holds(policy):
        there = ", ".join(each.name for each in applied) or "none"
        raise NotFound(f"there is no policy {policy}; in force are: {there}")
    refuse_other_files(session.installation, applied, [policy])
    (handover,) = foresee(
        list_workloads(session.installation).workloads,
        [policy],
        [each for each in applied if each.name != policy],
        instance=session.installation.known_instance,
        now=datetime.now(UTC),
    )
    session.terminal.say(str(handover))
    session.terminal.confirm(f"Policy {policy} will be deleted.", yes=yes)
    asyncio.run(_delete(session, policy, handover.asleep))
    if session.terminal.for_programs:
        session.terminal.show_json({"removed": [policy], "handovers": [handover]})


async def _delete(session: Session, policy: str, asleep: int) -> None:
    await remove_policies(session, await open_client_if_up(session.installation, asleep=asleep), [policy])


async def remove_policies(session: Session, client: Client | None, names: Sequence[str]) -> None:
    """Remove the documents, and tell their open hibernations that the policy is gone."""
    for name in names:
        session.installation.policies.remove(name)
        told = 0
        if client is not None:
            told = await send_checks(client, session.installation.settings.cluster, [name], gone=True)
        session.terminal.say(f"policy {name} removed" + (f"; {told} open hibernations were told" if told else ""))
