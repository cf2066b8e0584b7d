"""`finops backtest`: a policy replayed over the past that Prometheus knows, to trust it before it acts."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated

import typer

from activities.idleness.history import SECONDS, PrometheusHistory
from activities.idleness.question import Question
from activities.kube.objects.routing import read_routing
from activities.prometheus.expressions import SeriesScope
from cli.commands.ask.explain import choose_policies
from cli.session import Session
from cli.views.backtest import as_json, show_backtest
from operations.errors import UsageProblem
from operations.listing import list_workloads
from operations.plans.backtest import Backtest, replay, terms_to_ask
from operations.times import read_duration, read_moment

MOST_MOMENTS = 2_000
_DEFAULT_SPAN = timedelta(days=14)
_HOUR = timedelta(hours=1)


def backtest(
    ctx: typer.Context,
    policy: Annotated[str, typer.Argument(metavar="POLICY", help="The name of an applied policy, or a file with one.")],
    start: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="A day, or RFC 3339; 14 days before --to.")
    ] = None,
    end: Annotated[
        str | None, typer.Option("--to", metavar="TIME", help="A day (included), or RFC 3339; the last full hour.")
    ] = None,
    every: Annotated[str, typer.Option(metavar="DURATION", help="Time between two evaluations.")] = "1h",
) -> None:
    """Show what a policy would have paused in the past, and which of those pauses had work inside. Changes nothing."""
    session = Session.of(ctx)
    first, step, count = _span(start, end, every)
    chosen, _ = choose_policies(session, [policy])
    if len(chosen) != 1:
        raise UsageProblem(f"{policy} holds {len(chosen)} policies; a backtest replays one")
    (replayed,) = chosen
    prometheus = session.installation.cluster.prometheus(SECONDS, asks_once=False)
    if prometheus is None:
        raise UsageProblem("there is no past to replay: name a Prometheus with FINOPS_PROMETHEUS_URL")
    terminal = session.terminal
    if not terminal.for_programs:
        session.introduce()
    scope = replayed.spec.scope
    workloads = [
        workload
        for workload in list_workloads(session.installation).workloads
        if scope.covers_namespace(workload.ref.namespace) and scope.selects_labels(workload.labels)
    ]
    with terminal.progress("asking for costs and autoscalers"):
        gathered = session.installation.cluster.gatherer().gather(datetime.now(UTC))
    history = PrometheusHistory(prometheus, partial(read_routing, session.installation.cluster.transport))
    terms = terms_to_ask(replayed, (first + step * number for number in range(count)))
    question = Question.of(terms, SeriesScope.of(scope, session.installation.cluster.series_filters()))
    base = Backtest(
        policy=replayed.name, mode=replayed.spec.mode, first=first, last=first + step * (count - 1), every=step
    )
    with terminal.counting("asking Prometheus, query") as advance:
        made = replay(replayed, workloads, gathered, history.moments(question, first, step, count, advance), base)
    if terminal.for_programs:
        transport = session.installation.cluster.transport
        terminal.show_json({"context": transport.context_name, "server": transport.server} | as_json(made))
        return
    show_backtest(terminal, made)


def _span(start: str | None, end: str | None, every: str) -> tuple[datetime, timedelta, int]:
    """The first moment, the time between two, and how many there are. Raises UsageProblem."""
    step = read_duration(every, "--every")
    full_hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    last = full_hour if end is None else min(read_moment(end, "--to", whole_day=True), full_hour)
    first = last - _DEFAULT_SPAN if start is None else read_moment(start, "--from")
    if first >= last:
        raise UsageProblem("--from must lie before --to, and in the past")
    if step < timedelta(minutes=5):
        raise UsageProblem("--every must be at least 5m, which is how often a policy runs")
    count = int((last - first) / step) + 1
    if count > MOST_MOMENTS:
        raise UsageProblem(f"that is {count} evaluations, {MOST_MOMENTS} at most: choose a longer --every")
    return first, step, count
