"""`finops plan`: what could be paused now, and what that would save. Reads only, and needs no Temporal."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from activities.kube.objects.budgets import read_budgets
from activities.kube.objects.cron_jobs import read_cron_jobs
from activities.policy_sources.files import read_policies
from cli.session import Session
from cli.views.plan import show_plan
from operations.errors import UsageProblem
from operations.listing import list_workloads
from operations.plans.ask_ahead import ask_ahead
from operations.plans.blindness import find_blindness, find_unwritable
from operations.plans.plan import make_plan
from operations.plans.sample import SAMPLE_HOURLY_COST, sample_policy
from operations.times import read_moment
from policies.policy.document import EnforcementPolicy
from policies.problems import PolicyError
from policies.rights import Use


def plan(
    ctx: typer.Context,
    path: Annotated[Path | None, typer.Argument(metavar="[POLICY.yaml|DIR]", help="Without it: a sample.")] = None,
    now: Annotated[bool, typer.Option("--now", help="Judge the present instant, inside a window or not.")] = False,
    at: Annotated[str | None, typer.Option(help="Judge this instant: RFC 3339, or a day.", metavar="TIME")] = None,
    show_all: Annotated[bool, typer.Option("--all", help="List every Deployment with its reason.")] = False,
) -> None:
    """Show what could be paused and what that would save. Changes nothing, and needs no Temporal.

    A policy with a schedule is judged as of the beginning of its next window, unless inside one.
    """
    if now and at is not None:
        raise UsageProblem("--now and --at name two instants: give one of them")
    judged_at = datetime.now(UTC)
    instant = judged_at if now else None if at is None else read_moment(at, "--at")
    session = Session.of(ctx)
    policies = (sample_policy(),) if path is None else load_policies(path)
    if not session.terminal.for_programs:
        session.introduce()
        if path is None:
            session.terminal.say(
                f"no policy given: judging by a sample (every namespace, at least {SAMPLE_HOURLY_COST} an hour)"
            )
    ask_ahead(session.installation, judged_at)
    listing = list_workloads(session.installation)
    with session.terminal.progress("asking for costs, idleness and autoscalers"):
        gathered = session.installation.cluster.gatherer().gather(judged_at, policies)
        cron_jobs = read_cron_jobs(session.installation.cluster.transport) or ()
        budgets = read_budgets(session.installation.cluster.transport)
        blind_to = find_blindness(session.installation, Use.PLANNING)
    made = make_plan(
        policies,
        listing.workloads,
        gathered,
        now=judged_at,
        at=instant,
        interval=session.installation.settings.interval,
        instance=session.installation.known_instance,
        cron_jobs=cron_jobs,
        budgets=budgets,
        blind_to=blind_to,
    ).model_copy(update={"unreadable": tuple(map(str, listing.unreadable))})
    refused, unknown = find_unwritable(session.installation, made.pausing_in)
    made = made.model_copy(update={"may_not_write": refused, "unknowns": (*made.unknowns, *unknown)})
    if session.terminal.for_programs:
        transport = session.installation.cluster.transport
        about = {
            "context": transport.context_name,
            "server": transport.server,
            "cluster": session.installation.settings.cluster,
        }
        session.terminal.show_json(about | dict(made))
        return
    show_plan(session.terminal, made, interval=session.installation.settings.interval, show_all=show_all)


def load_policies(path: Path) -> tuple[EnforcementPolicy, ...]:
    """The policies of a file or directory. Raises PolicyError with everything that is wrong, UsageProblem for none."""
    read = read_policies(path)
    if read.problems:
        raise PolicyError(read.problems)
    if not read.policies:
        raise UsageProblem(f"{path} holds no policy")
    return read.policies
