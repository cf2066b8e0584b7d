"""The policies in force as people read them: a row for each, then a sentence for each; or one with its last runs."""

from collections.abc import Iterator

from cli.console import Terminal
from cli.tables import TableColumn
from cli.views.holds import describe_hold
from operations.present.in_force import PoliciesInForce, PolicyInDetail, PolicyInForce
from operations.present.policy_runs import PolicyRun
from operations.times import show_time
from policies.checks.reasons import Reason
from policies.wording import count

_COLUMNS = (
    TableColumn(title="Policy"),
    TableColumn(title="Mode"),
    TableColumn(title="Asleep", is_number=True),
    TableColumn(title="Window"),
    TableColumn(title="Scope", is_prose=True),
)
_OTHERS = frozenset({Reason.NAMESPACE_NOT_IN_SCOPE, Reason.LABELS_DO_NOT_MATCH})
"""Reasons of Deployments that a policy is not about."""


def show_policies(terminal: Terminal, found: PoliciesInForce) -> None:
    """The hold first, what is not known, then the policies."""
    _show_surroundings(terminal, found)
    if not found.policies:
        if found.readable:
            terminal.say(f"no policy is in force in {found.place}: finops apply FILE puts one in force")
        return
    terminal.show_table(_COLUMNS, map(_row, found.policies))
    terminal.say()
    for policy in found.policies:
        terminal.say(f"{policy.name}: {tell_now(policy)}")
        if policy.last_run is not None:
            terminal.say(
                f"  last run {show_time(policy.last_run.at, policy.zone)}: {policy.last_run.sentence}", style="dim"
            )
        terminal.say(f"  last changed {_changed(policy)}", style="dim")
        if policy.objection:
            terminal.say(f"  {policy.objection}", style="yellow")


def show_policy(terminal: Terminal, policy: PolicyInDetail) -> None:
    """The essentials of its document, then its last runs, newest first."""
    _show_surroundings(terminal, policy.found)
    shown = policy.policy
    terminal.say(f"policy {shown.name} ({_mode(shown)})", style="bold")
    for name, text in _essentials(shown):
        terminal.say(f"{name + ':':<14} {text}")
    if shown.objection:
        terminal.say(shown.objection, style="yellow")
    terminal.say("\nLast runs, newest first", style="bold")
    if not policy.runs:
        terminal.say("none is known")
    for run in policy.runs:
        _show_run(terminal, run, shown.zone)


def tell_in_brief(found: PoliciesInForce) -> Iterator[str]:
    """A line for each policy, for where nothing sleeps: what is in force, and what it would do."""
    for index, policy in enumerate(found.policies):
        heading = f"{count(len(found.policies), 'policy')} in force: " if index == 0 else ""
        yield f"{heading}{policy.name} ({_mode(policy)}), {tell_now(policy)}"
    if not found.policies and found.readable:
        yield f"no policy is in force in {found.place}"
    yield from found.troubles


def tell_now(policy: PolicyInForce) -> str:
    """What a policy does now or would do, as its last run found, and when its next window begins."""
    if policy.mode is None:
        return "what it would do is not known: its document cannot be read"
    if policy.suspended:
        return "suspended: it pauses nothing, and what slept under it wakes"
    if policy.window is None:
        return "never wants anything asleep again: its days are over"
    if not policy.window_runs:
        return f"next window {show_window(policy)}{_tell_before(policy)}"
    judged = policy.last_judged
    if not policy.runs_known:
        return f"its window runs ({show_window(policy)}), and what its runs found is not known"
    if judged is None or (policy.window.start is not None and judged.at < policy.window.start):
        return f"its window runs ({show_window(policy)}), and no run has judged anything in it yet"
    if judged.dry_run:
        return f"would pause {judged.would_pause:,} now"
    return f"its window runs ({show_window(policy)})" + ("" if policy.asleep else ", and nothing is asleep under it")


def show_window(policy: PolicyInForce) -> str:
    """Its window that runs, or the next, with the zone: `Fri 27 Nov 20:00 CET to Mon 30 Nov 07:00 CET`."""
    window = policy.window
    if window is None:
        return "never again" if policy.mode is not None else ""
    if window.start is None and window.end is None:
        return "at any time"
    begin = "" if window.start is None or policy.window_runs else show_time(window.start, policy.zone)
    if window.end is None:
        return f"from {begin} without an end" if begin else "without an end"
    end = show_time(window.end, policy.zone)
    return f"{begin} to {end}" if begin else f"until {end}"


def _tell_before(policy: PolicyInForce) -> str:
    """What the last window came to, where it was a dry run."""
    judged = policy.last_judged
    if judged is None or not judged.dry_run:
        return ""
    return f"; would have paused {judged.most_in_window:,} in the last one ({show_time(judged.at, policy.zone)})"


def _show_surroundings(terminal: Terminal, found: PoliciesInForce) -> None:
    if found.hold is not None:
        terminal.say(describe_hold(found.hold), style="bold yellow")
    for sentence in (*found.troubles, *found.objections):
        terminal.say(sentence, style="yellow")
    terminal.say(f"cluster {found.cluster}, policies of {found.place}", style="dim")


def _mode(policy: PolicyInForce) -> str:
    mode = "not known" if policy.mode is None else str(policy.mode)
    return f"{mode}, suspended" if policy.suspended else mode


def _row(policy: PolicyInForce) -> tuple[str, ...]:
    asleep = "not known" if policy.asleep is None else f"{policy.asleep:,}"
    return (policy.name, _mode(policy), asleep, show_window(policy), policy.scope)


def _essentials(policy: PolicyInForce) -> Iterator[tuple[str, str]]:
    if policy.mode is not None:
        yield "scope", policy.scope
        yield "conditions", "; ".join(policy.conditions)
        yield ("window now" if policy.window_runs else "next window"), show_window(policy)
    yield "asleep", "not known" if policy.asleep is None else str(policy.asleep)
    yield "now", tell_now(policy)
    if policy.next_run_at is not None:
        yield "next run", show_time(policy.next_run_at, policy.zone)
    yield "last changed", _changed(policy)


def _changed(policy: PolicyInForce) -> str:
    changed = policy.changed
    if changed.at is None:
        return f"by {changed.by}" if changed.by != "not known" else "is not known"
    return f"{show_time(changed.at, policy.zone)} by {changed.by}"


def _tell(reason: Reason) -> str:
    return "may be paused" if reason is Reason.PAUSE else str(reason)


def _show_run(terminal: Terminal, run: PolicyRun, zone: str) -> None:
    """What it came to, how many Deployments for which reason, and where its page is."""
    alike = "" if run.repeats == 1 else f" ({count(run.repeats, 'run')} in a row)"
    terminal.say(f"{show_time(run.at, zone)}  {run.sentence}{alike}")
    counted = sorted(run.decisions.items(), key=lambda item: (-item[1], item[0]))
    told = ", ".join(f"{number:,} {_tell(reason)}" for reason, number in counted if number and reason not in _OTHERS)
    for line in filter(None, (told, run.page)):
        terminal.say(f"  {line}", style="dim")
