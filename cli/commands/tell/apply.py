"""`finops apply`: policies are validated as a whole, then put in force."""

import asyncio
from typing import Annotated

import typer

from cli.grammar.documents import Documents, Filenames, load_documents
from cli.session import Session
from cli.views.changes import answer, show_change, show_dry_run, show_schedules
from operations.changes.carrying_out import carry_out, open_client_if_up
from operations.changes.consent import Consent, seek_consent
from operations.changes.foresight import foresee_change
from operations.changes.policy_change import PolicyChange
from operations.changes.schedule_look import look_at_schedules
from operations.errors import UsageProblem


def apply(
    ctx: typer.Context,
    paths: Documents = None,
    filenames: Filenames = None,
    prune: Annotated[bool, typer.Option("--prune", help="Remove the policies that are not in DIR.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask: for pipelines.")] = False,
) -> None:
    """Validate policies and put them in force. Nothing is applied if any of them is wrong."""
    given = [*(paths or ()), *(filenames or ())]
    if not given:
        raise UsageProblem("name what to apply: a file, a directory, or - for standard input")
    for path in given:
        if prune and not path.is_dir():
            raise UsageProblem(f"--prune needs a directory, and {path} is not one")
    session = Session.of(ctx)
    policies = load_documents(session.terminal, given)
    session.introduce()
    change = asyncio.run(foresee_change(session.installation, policies, prune=prune))
    consent = seek_consent(change)
    show_change(session.terminal, change)
    if dry_run:
        show_dry_run(session.terminal, change, consent)
    else:
        if consent is not None:
            _ask(session, consent, yes=yes)
        asyncio.run(_apply(session, change))
    if session.terminal.for_programs:
        session.terminal.show(answer(change, consent, dry_run=dry_run))


def _ask(session: Session, consent: Consent, *, yes: bool) -> None:
    """In a terminal always; without one only what is too much for a change that nobody looks at."""
    terminal = session.terminal
    if terminal.attended:
        terminal.confirm(consent.question, yes=yes)
    elif consent.too_much:
        terminal.confirm(f"{consent.question} Not without an answer: {consent.too_much}.", yes=yes)


async def _apply(session: Session, change: PolicyChange) -> None:
    client = await open_client_if_up(session.installation, asleep=change.asleep)
    async for step in carry_out(session.installation, client, change):
        session.terminal.say(str(step))
    if client is not None:
        changed = bool(change.to_write)
        look = await look_at_schedules(session.installation, client, change.names, changed=changed)
        show_schedules(session.terminal, look)
