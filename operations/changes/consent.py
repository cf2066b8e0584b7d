"""What somebody should agree to before policies change, and how much of it goes through where nobody can be asked.
Pure.
"""

from collections.abc import Iterator

from operations.changes.policy_change import PolicyChange
from policies.models import Frozen
from policies.wording import count

UNATTENDED = 20
"""How many workloads may go to sleep, or wake, because of a change that nobody is asked about."""


class Consent(Frozen):
    """What is to be agreed to."""

    question: str
    """What happens, in a sentence or two."""
    too_much: str = ""
    """Why it needs somebody's answer even where nobody can be asked; empty where it may go on."""


def seek_consent(change: PolicyChange) -> Consent | None:
    """What to ask before a change; None where it puts nothing to sleep, wakes nothing and removes no policy."""
    parts = list(_describe(change))
    if not parts:
        return None
    return Consent(question=" ".join(f"{part}." for part in parts), too_much="; ".join(_exceeded(change)))


def _describe(change: PolicyChange) -> Iterator[str]:
    if change.more:
        undecided = sum(forecast.undecided for forecast in change.forecasts if forecast.more)
        up_to = "up to " if undecided else ""
        verb = "goes" if len(change.more) == 1 and not undecided else "go"
        held = sum(forecast.more_held for forecast in change.forecasts)
        at_first = f", {held:,} of them from a second window on" if held else ""
        yield f"{up_to}{count(len(change.more), 'more Deployment')} {verb} to sleep because of this change{at_first}"
    if change.longer:
        verb = "sleeps" if len(change.longer) == 1 else "sleep"
        yield f"{count(len(change.longer), 'Deployment')} {verb} at hours at which the policy has had them awake"
    if change.wake:
        yield f"{count(change.wake, 'sleeper')} will wake"
    if change.pruned:
        yield f"{count(len(change.pruned), 'policy')} will be removed: {', '.join(change.pruned)}"


def _exceeded(change: PolicyChange) -> Iterator[str]:
    if len(change.more) > UNATTENDED:
        yield f"more than {UNATTENDED} would go to sleep that nothing puts to sleep so far"
    if len(change.longer) > UNATTENDED:
        yield f"more than {UNATTENDED} would sleep at hours at which they are awake so far"
    for forecast in change.forecasts:
        allowed, share = forecast.max_percent, forecast.percent
        if forecast.more and allowed is not None and share is not None and share > allowed:
            yield (
                f"{forecast.policy} would have {share:.0f} % of the cluster asleep, and its maxAffectedPercent is "
                f"{allowed}"
            )
    if change.wake > UNATTENDED:
        yield f"more than {UNATTENDED} would wake"
    if change.pruned:
        yield "a policy would be removed"
