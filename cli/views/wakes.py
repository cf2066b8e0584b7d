"""Wakes as people read them: what there is to wake, and what became of it."""

from collections.abc import Iterable
from datetime import datetime

from cli.console import Terminal
from operations.sleepers.direct import WokenDirectly
from operations.sleepers.keep_awake import KeptAwake
from operations.sleepers.resume import KeptUntil, WokenAll
from operations.sleepers.search import SleepersFound
from operations.times import show_time
from policies.sleep.messages import WakeRequest
from policies.wording import count


def show_left_out(terminal: Terminal, found: SleepersFound) -> None:
    """Print what is not woken because it may not be ours."""
    if found.unclaimed:
        terminal.note(
            f"left asleep: {count(found.unclaimed, 'sleeper')} without an open hibernation; say whose with --instance"
        )
    for stranger in found.strangers:
        terminal.note(f"{stranger} sleeps under another installation: name it exactly to wake it")


def show_nothing_asleep(terminal: Terminal, found: SleepersFound) -> None:
    """Print that nothing sleeps in a namespace or the cluster."""
    terminal.say(f"nothing of ours sleeps in {found.target}")


def show_awake_already(terminal: Terminal, kept: KeptAwake, request: WakeRequest) -> None:
    """Print that there was nothing to do, or only to keep it so; and of a reason that was given for nothing."""
    until = "" if kept.until is None else f", and not paused before {show_time(kept.until, kept.zone)}"
    terminal.say(f"{kept.workload}: awake already{until}")
    if request.reason and request.until is None:
        terminal.note("the reason is kept nowhere: give it to a wake, or with --for to keep it awake")


def tell_kept(kept: KeptAwake, asked: datetime) -> str:
    """What became of the wish to keep one awake until a time, beside the time that it was kept for already."""
    by = f" by {kept.before.by}" if kept.before is not None and kept.before.by else ""
    if kept.until is not None and kept.until > asked:
        return f"kept awake until {show_time(kept.until, kept.zone)}{by} already, which is longer"
    if kept.before is not None:
        earlier = show_time(kept.before.awake_until, kept.zone)
        return f"was kept awake until {earlier}{by}; now until {show_time(asked, kept.zone)}"
    woken = "it was asleep and is being woken; " if kept.was_asleep else ""
    return f"{woken}not paused before {show_time(asked, kept.zone)}"


def show_wakes(terminal: Terminal, woken: WokenAll, kept: KeptUntil | None) -> None:
    """Print what became of each; `kept` is of one alone."""
    for each in woken.results:
        if each.trouble:
            terminal.say(f"{each.workload}: {each.trouble}", style="red")
        elif each.awake:
            until = "" if kept is None else f", and not paused before {show_time(kept.at, kept.zone)}"
            terminal.say(f"{each.workload}: awake{until}")
        else:
            outlook = (
                "`finops status` shows how it goes" if woken.worked_on else "it will wake as soon as a worker runs"
            )
            terminal.say(f"{each.workload}: the signal is recorded; {outlook}")


def show_each_wake(terminal: Terminal, wakes: Iterable[WokenDirectly]) -> tuple[WokenDirectly, ...]:
    """Print each as soon as it is done."""
    done = []
    for each in wakes:
        done.append(each)
        if not terminal.for_programs:
            terminal.say(f"{each.workload}: {each.sentence}", style="" if each.woken else "red")
    return tuple(done)
