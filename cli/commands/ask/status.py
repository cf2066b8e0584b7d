"""`finops status`: what sleeps in the cluster, or with --all-clusters how each cluster is."""

import asyncio
import signal
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from cli.answers.status import ClustersAnswer, StatusAnswer
from cli.grammar.lists import (
    LimitOption,
    PolicyOption,
    SelectorOption,
    SortOption,
    arrange,
    check_sort_key,
    read_selector,
)
from cli.grammar.namespaces import AllNamespaces, Namespace, choose_namespace
from cli.options import LISTS
from cli.session import Session
from cli.views.present.clusters import show_clusters
from cli.views.present.status import SORT_KEYS, show_status
from cli.views.present.status_watch import StatusWatch
from operations.errors import UsageProblem
from operations.present.asked_for import EVERYONE, StatusQuestion
from operations.present.clusters import look_at_clusters
from operations.present.status import ClusterStatus, read_status
from operations.present.watching import watch_status

EVERY = timedelta(seconds=5)
"""Between two looks of --watch."""


def status(
    ctx: typer.Context,
    namespace: Namespace = None,
    everywhere: AllNamespaces = False,
    policy: PolicyOption = None,
    selector: SelectorOption = None,
    sort_by: SortOption = None,
    limit: LimitOption = None,
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Go on, and show what changes.")] = False,
    all_clusters: Annotated[bool, typer.Option("--all-clusters", help="A line for each cluster.")] = False,
) -> None:
    """Show the hold if there is one, then per policy what sleeps, since when, until when, and what that saves.

    Without Temporal it tells by what the Deployments carry. It fails where Temporal is away, or where something sleeps
    and no worker is there to wake it.

    --sort-by takes name, saving, since, until, policy or state: `finops status --sort-by saving --limit 10`.
    """
    question = StatusQuestion(
        namespace=choose_namespace(namespace, everywhere),
        policy=policy,
        labels=read_selector(selector),
    )
    check_sort_key(sort_by, SORT_KEYS)
    if all_clusters:
        if question != EVERYONE or sort_by is not None or limit is not None or watch:
            raise UsageProblem("--all-clusters has a line for each cluster: ask about what sleeps in one without it")
        _show_all(Session.of(ctx))
        return
    session = Session.of(ctx, formats=LISTS)
    if watch:
        _watch(session, question, sort_by, limit)
        return
    found = asyncio.run(read_status(session.installation, question))
    if session.terminal.for_programs:
        answer = _answer(found.replace(hibernations=arrange(found.hibernations, SORT_KEYS, sort_by, limit)), found)
        session.terminal.show(answer, names=[each.key for each in answer.hibernations])
    else:
        show_status(session.terminal, found, sort_by=sort_by, limit=limit)
        if not found.temporal_trouble:
            _show_more(session, found, in_force=question == EVERYONE and not found.asleep)
    if not found.is_served:
        raise typer.Exit(1)


def _show_more(session: Session, found: ClusterStatus, *, in_force: bool) -> None:
    if in_force:
        _show_in_force(session)
    ui = session.installation.web_ui
    if ui is not None:
        session.terminal.say(f"asleep in the Temporal UI: {ui.sleepers_page(found.cluster)}", style="dim")


def _show_in_force(session: Session) -> None:
    """Where nothing is asleep: which policies there are, and what they would do."""
    from cli.views.present.policies import tell_in_brief  # noqa: PLC0415 - who has a thousand asleep starts without it
    from operations.present.read_in_force import read_policies_in_force  # noqa: PLC0415 - as above

    for line in tell_in_brief(asyncio.run(read_policies_in_force(session.installation, datetime.now(UTC)))):
        session.terminal.say(line)


def _watch(session: Session, question: StatusQuestion, sort_by: str | None, limit: int | None) -> None:
    if session.terminal.for_programs:
        raise UsageProblem(f"--watch is for people: a program asks with -o {session.terminal.output} when it needs to")
    shown = StatusWatch(session.terminal, sort_by=sort_by, limit=limit)

    async def follow() -> None:
        async for look in watch_status(session.installation, question, every=EVERY):
            shown.show(look)
            if session.terminal.unread:
                break

    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)  # nothing is interrupted: a person has seen enough
    with suppress(KeyboardInterrupt):
        asyncio.run(follow())


def _show_all(session: Session) -> None:
    found = asyncio.run(look_at_clusters(session.installation))
    if session.terminal.for_programs:
        session.terminal.show(ClustersAnswer(clusters=found))
    else:
        show_clusters(session.terminal, found)
    if not all(each.is_served for each in found):
        raise typer.Exit(1)


def _answer(shown: ClusterStatus, found: ClusterStatus) -> StatusAnswer:
    """Sums are of all that was found, a list that was limited is not."""
    return StatusAnswer(
        cluster=found.cluster,
        hold=found.hold,
        worker=found.worker,
        temporal_trouble=found.temporal_trouble,
        cluster_trouble=found.cluster_trouble,
        unwatched=found.unwatched,
        overdue=len(found.overdue),
        asleep=found.asleep,
        savings=found.savings,
        hibernations=shown.hibernations,
        lost=found.lost,
        reconciliation=found.reconciliation,
        schedules=found.schedules,
        often_woken=found.often_woken,
        first_windows=found.first_windows,
    )
