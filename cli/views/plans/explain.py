"""An explanation as people and programs read it."""

from collections.abc import Iterator, Mapping

from cli.answers.plans import ExplainAnswer, VerdictAnswer
from cli.console import Terminal
from cli.tables import TableColumn
from operations.plans.blindness import describe_missing_rights
from operations.plans.explanation import Explanation, PolicyVerdict
from operations.sleepers.records import describe_sleep
from operations.targets import instance_of, is_sleeper
from policies import annotations as notes
from policies.checks.decision import Answer
from policies.checks.reasons import Reason
from policies.costs.cost import CostAnswer
from policies.durations import format_duration
from policies.names import hibernation_id
from policies.runs.first_window import describe_first_window
from policies.wording import count

_QUESTIONS = (
    TableColumn(title=""),
    TableColumn(title="Question"),
    TableColumn(title="Answer"),
    TableColumn(title="Reasons", wide_only=True),
    TableColumn(title="Figures", is_prose=True),
)
_SIGNALS = (
    TableColumn(title="Signal"),
    TableColumn(title="Says"),
    TableColumn(title="Seen", is_number=True),
    TableColumn(title="Source", gives_way=1),
    TableColumn(title="Figures", is_prose=True),
)

_STOPS = "stops"
"""In front of an answer that keeps the policy from pausing it."""


def show_explanation(terminal: Terminal, explained: Explanation) -> None:
    """Its cost, the sleep that it carries, its page in Temporal's UI, every question by each policy, and what is not
    known.
    """
    workload = explained.workload
    terminal.say(f"Deployment {workload.ref}, {count(workload.replicas, 'replica')}", style="bold")
    for line in _describe_cost(explained.cost):
        terminal.say(line)
    if explained.costs_kept:
        terminal.say(explained.costs_kept)
    if is_sleeper(workload):
        for line in describe_sleep(workload, explained.cluster, explained.zones.of_workload(workload)):
            terminal.say(line)
    if explained.page:
        terminal.say(f"details: {explained.page}")
    for verdict in explained.policies:
        _show_verdict(terminal, verdict)
    for sentence in explained.unknowns:
        terminal.say(f"not known: {sentence}", style="yellow")
    if explained.may_not_write:
        sentence = describe_missing_rights(explained.may_not_write)
        terminal.say(f"\n{Reason.MAY_NOT_WRITE}: {sentence}", style="yellow")


def answer(explained: Explanation, place: Mapping[str, str]) -> ExplainAnswer:
    """An explanation as programs read it."""
    workload = explained.workload
    return ExplainAnswer(
        **place,
        deployment=str(workload.ref),
        replicas=workload.replicas,
        asleep=is_sleeper(workload),
        instance=instance_of(workload),
        annotations={key: text for key, text in workload.annotations.items() if key.startswith(notes.PREFIX)},
        workflow=hibernation_id(explained.cluster, workload.ref.key),
        page=explained.page,
        cost=explained.cost,
        policies=tuple(map(_as_answer, explained.policies)),
        unknowns=explained.unknowns,
        may_not_write=explained.may_not_write,
    )


def _describe_cost(answer: CostAnswer) -> Iterator[str]:
    """The figure or why there is none, the second opinion, and the last figure that was believed."""
    doubt = f" ({answer.doubt})" if answer.doubt is not None else ""
    yield f"cost: {answer.cost or f'unknown{doubt}: {answer.unknown_because}'} (estimate)"
    if answer.opinion is not None:
        yield f"second opinion: {answer.opinion}"
    if answer.earlier is not None:
        yield f"stale: {answer.earlier}"


def _show_verdict(terminal: Terminal, verdict: PolicyVerdict) -> None:
    policy, decision = verdict.policy, verdict.decision
    room = verdict.first_window_room if decision.reason is Reason.PAUSE else None
    held = ", held back until its second window" if room == 0 else ""
    terminal.say(f"\nPolicy {policy.name} ({policy.spec.mode}): {decision.reason}{held}", style="bold")
    terminal.say(decision.sentence)
    if room is not None:
        terminal.say(f"brake: {describe_first_window(room)}")
    _show_idleness(terminal, verdict)
    terminal.show_table(_QUESTIONS, map(_row, verdict.checks))


def _show_idleness(terminal: Terminal, verdict: PolicyVerdict) -> None:
    """What each signal says, also where it says nothing against a pause."""
    answer, window = verdict.idleness, verdict.policy.spec.idle_window
    if answer is None or window is None:
        return
    terminal.say(f"idleness over {format_duration(window)}: {answer.verdict}, {answer.sentence}")
    if answer.words:
        rows = [(word.signal, word.sign, f"{word.coverage:.0%}", word.source, word.sentence) for word in answer.words]
        terminal.show_table(_SIGNALS, rows)
    if answer.gate:
        terminal.say(f"season gate: {answer.gate}")


def _row(answer: Answer) -> tuple[str, ...]:
    stops = "" if answer.finding is None else _STOPS
    return stops, answer.question, answer.reply, ", ".join(answer.codes), answer.figures


def _as_answer(verdict: PolicyVerdict) -> VerdictAnswer:
    return VerdictAnswer(
        policy=verdict.policy.name,
        mode=verdict.policy.spec.mode,
        decision=verdict.decision,
        first_window_room=verdict.first_window_room,
        idleness=verdict.idleness,
        checks=verdict.checks,
    )
