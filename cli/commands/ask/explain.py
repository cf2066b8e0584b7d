"""`finops explain`: every check's verdict on one Deployment, and how to wake it if it sleeps."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from activities.policy_sources.source import PolicySourceUnreadable
from cli.commands.ask.plan import load_policies
from cli.session import Session
from cli.views.plan import describe_missing_rights
from operations.errors import NotFound, UsageProblem
from operations.plans.ask_ahead import ask_ahead
from operations.plans.blindness import find_blindness, find_unwritable
from operations.plans.sample import sample_policy
from operations.sleepers.records import describe_sleep
from operations.targets import instance_of, is_sleeper, read_ref
from policies import annotations as notes
from policies.checks import Case
from policies.checks.decision import Decision, evaluate
from policies.checks.decision import explain as judge_all
from policies.checks.reasons import Reason
from policies.costs.cost import CostAnswer
from policies.durations import format_duration
from policies.names import hibernation_id
from policies.policy.document import EnforcementPolicy
from policies.workload import Workload


def explain(
    ctx: typer.Context,
    workload: Annotated[str, typer.Argument(metavar="NAMESPACE/NAME")],
    policy: Annotated[
        list[str] | None,
        typer.Argument(metavar="[POLICY...]", help="Names of applied policies, or files. Without: all applied ones."),
    ] = None,
) -> None:
    """Show every check in order with its verdict on one Deployment, for each policy. Changes nothing."""
    ref = read_ref(workload)
    session = Session.of(ctx)
    policies, whence = choose_policies(session, policy or [])
    terminal = session.terminal
    if not terminal.for_programs:
        session.introduce()
        terminal.say(whence, style="dim")
    now = datetime.now(UTC)
    ask_ahead(session.installation, now)
    found = session.installation.cluster.deployments.read(ref.namespace, ref.name)
    if found is None:
        raise NotFound(f"there is no Deployment {ref} on {session.installation.cluster.transport.server}")
    with terminal.progress("asking for costs, idleness and autoscalers"):
        gathered = session.installation.cluster.gatherer().gather(now, policies)
        blind_to = find_blindness(session.installation)
    surroundings = gathered.surroundings_at(now, policies)
    cases = [gathered.case(each, found, surroundings) for each in policies]
    refused, unknown = find_unwritable(session.installation, [ref.namespace])
    blind_to += unknown
    if terminal.for_programs:
        terminal.show_json({**_as_json(session, found, cases), "unknowns": blind_to, "may_not_write": refused})
        return
    terminal.say(f"Deployment {found.ref}, {found.replicas} replicas", style="bold")
    for line in (*_describe_cost(cases[0].cost), *_describe_records(session, found, gathered.costs.kept)):
        terminal.say(line)
    for case in cases:
        _show_case(session, case)
    for sentence in blind_to:
        terminal.say(f"not known: {sentence}", style="yellow")
    if refused:
        terminal.say(f"\n{Reason.MAY_NOT_WRITE}: {describe_missing_rights(refused)}", style="yellow")


def _describe_records(session: Session, found: Workload, kept: str) -> Iterator[str]:
    """Until when its price is good, and the sleep that it carries a record of."""
    if kept:
        yield kept
    if is_sleeper(found):
        yield from describe_sleep(found, session.installation.settings.cluster)


def choose_policies(session: Session, named: list[str]) -> tuple[tuple[EnforcementPolicy, ...], str]:
    """The policies to judge by, applied ones or those of files, and where they are from. Raises UsageProblem."""
    source = session.installation.policies
    try:
        read = source.read()
    except PolicySourceUnreadable:
        applied: dict[str, EnforcementPolicy] = {}
    else:
        applied = {policy.name: policy for policy in read.policies}
        for problem in read.problems:
            session.terminal.note(f"warning: {problem}", style="yellow")
    if not named:
        if applied:
            return tuple(applied.values()), f"policies of {source.place}"
        return (sample_policy(),), f"no policy in {source.place}: judging by the sample of `finops plan`"
    chosen: list[EnforcementPolicy] = []
    for name in named:
        if name in applied:
            chosen.append(applied[name])
        elif Path(name).exists():
            chosen += load_policies(Path(name))
        else:
            there = ", ".join(applied) or "none"
            raise UsageProblem(f"there is no policy and no file {name!r}; applied are: {there}")
    return tuple(chosen), "policies " + ", ".join(policy.name for policy in chosen)


def _describe_cost(answer: CostAnswer) -> Iterator[str]:
    """The figure or why there is none, the second opinion, and the last figure that was believed."""
    doubt = f" ({answer.doubt})" if answer.doubt is not None else ""
    yield f"cost: {answer.cost or f'unknown{doubt}: {answer.unknown_because}'} (estimate)"
    if answer.opinion is not None:
        yield f"second opinion: {answer.opinion}"
    if answer.earlier is not None:
        yield f"stale: {answer.earlier}"


def _show_case(session: Session, case: Case) -> None:
    terminal, decision = session.terminal, evaluate(case)
    terminal.say(f"\nPolicy {case.policy.name} ({case.policy.spec.mode}): {decision.reason}", style="bold")
    terminal.say(decision.sentence)
    _show_idleness(session, case)
    rows = []
    for check, finding in judge_all(case):
        codes = ", ".join(check.reasons)
        if finding is None:
            rows.append(("ok", codes, ""))
            continue
        evidence = "; ".join(f"{name}: {value}" for name, value in finding.evidence.items())
        rows.append(("no", str(finding.reason), finding.sentence + (f" [{evidence}]" if evidence else "")))
    terminal.show_table(("", "Check", "Why not"), rows)


def _show_idleness(session: Session, case: Case) -> None:
    """What each signal says, also where it says nothing against a pause."""
    answer, window = case.idleness, case.policy.spec.idle_window
    if window is None:
        return
    session.terminal.say(f"idleness over {format_duration(window)}: {answer.verdict}, {answer.sentence}")
    if answer.words:
        rows = [(word.signal, word.sign, f"{word.coverage:.0%}", word.sentence, word.source) for word in answer.words]
        session.terminal.show_table(("Signal", "Says", "Seen", "Figures", "Source"), rows, numbers=(2,))
    if answer.gate:
        session.terminal.say(f"season gate: {answer.gate}")


def _as_json(session: Session, workload: Workload, cases: list[Case]) -> dict[str, Any]:
    return {
        "context": session.installation.cluster.transport.context_name,
        "server": session.installation.cluster.transport.server,
        "deployment": str(workload.ref),
        "replicas": workload.replicas,
        "asleep": is_sleeper(workload),
        "instance": instance_of(workload),
        "annotations": {key: text for key, text in workload.annotations.items() if key.startswith(notes.PREFIX)},
        "workflow": hibernation_id(session.installation.settings.cluster, workload.ref.namespace, workload.ref.name),
        "cost": cases[0].cost if cases else None,
        "policies": [_case_as_json(evaluate(case), case) for case in cases],
    }


def _case_as_json(decision: Decision, case: Case) -> dict[str, Any]:
    return {
        "policy": case.policy.name,
        "mode": case.policy.spec.mode,
        "decision": decision,
        "idleness": None if case.policy.spec.idle_window is None else case.idleness,
        "checks": [{"codes": check.reasons, "finding": finding} for check, finding in judge_all(case)],
    }
