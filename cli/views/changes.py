"""Changes of policies as people read them."""

from cli.console import Terminal
from operations.changes.policy_change import PolicyChange
from operations.changes.schedule_look import ScheduleLook
from policies.wording import count


def show_change(terminal: Terminal, change: PolicyChange) -> None:
    """What authors should hear, and what becomes of those who sleep."""
    for notice in change.notices:
        terminal.warn(f"notice: {notice.policy}: {notice.sentence}")
    for handover in change.handovers:
        if handover.asleep:
            terminal.say(str(handover))


def show_dry_run(terminal: Terminal, change: PolicyChange) -> None:
    """Print how many policies it is about."""
    removed = f", {len(change.pruned)} removed: {', '.join(change.pruned)}" if change.pruned else ""
    terminal.say(f"dry run: {count(len(change.policies), 'policy')} would be applied{removed}")


def show_schedules(terminal: Terminal, look: ScheduleLook) -> None:
    """Print only what is not as it should be."""
    if not look.worker:
        terminal.warn(f"no worker polls for cluster {look.cluster}: the policies count when one runs")
    for problem in look.problems:
        terminal.warn(problem)
