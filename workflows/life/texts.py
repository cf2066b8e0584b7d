"""What people read of a hibernation in the Temporal UI while it lives: its current details, and those of its timer."""

from collections.abc import Iterator

from policies.annotations import tell_because
from policies.sleep.messages import AWAKE_PHASES, HibernationStatus, Phase
from policies.sleep.review import Sleep
from policies.times import in_words
from policies.wording import in_markdown

_HEADLINES = {
    Phase.PAUSING: "Going to sleep",
    Phase.ASLEEP: "Asleep",
    Phase.RESUMING: "Waking up",
    Phase.RESUME_FAILING: "Waking up, with trouble",
    Phase.COOLING: "Awake",
    Phase.AWAKE: "Awake",
}


def describe(status: HibernationStatus, saving: str, zone: str) -> str:
    """The current details of a hibernation, in Markdown; times on the clocks of that zone, which is the policy's."""
    asleep = status.phase not in AWAKE_PHASES
    lines = [f"## {_HEADLINES.get(status.phase, status.phase)}: {status.ref}", ""]
    lines += _describe_sleep(status, saving, zone) if asleep else _describe_wake(status, zone)
    if status.trouble:
        lines.append(f"- **Trouble**: {in_markdown(status.trouble)}. It is tried again until it works.")
    if status.phase in {Phase.PAUSING, Phase.ASLEEP}:
        lines += ["", "To wake it now, send the signal `reactivate` (any input or none) or cancel this workflow."]
    return "\n".join(lines)


def summarize_sleep(sleep: Sleep, zone: str) -> str:
    """What its timer waits for."""
    resume_at = sleep.record.resume_at
    until = "asleep until somebody wakes it" if resume_at is None else f"asleep until {in_words(resume_at, zone)}"
    return until if sleep.watch is None else f"{until}; first look: does its HPA leave it at zero?"


def _describe_sleep(status: HibernationStatus, saving: str, zone: str) -> Iterator[str]:
    if status.phase is Phase.ASLEEP:
        until = "somebody wakes it" if status.resume_at is None else in_words(status.resume_at, zone)
        yield f"- Asleep until: **{until}**"
    if status.original_replicas is not None:
        yield f"- Replicas when it wakes: **{status.original_replicas}**"
    if status.policy:
        yield f"- Policy: {in_markdown(status.policy)}"
    if status.paused_at is not None:
        yield f"- Paused on: {in_words(status.paused_at, zone)}"
    if saving:
        yield f"- {in_markdown(saving)}"


def _describe_wake(status: HibernationStatus, zone: str) -> Iterator[str]:
    """Who woke it, and why, and for how long it stays awake."""
    why = status.awake_sentence or tell_because(status.awake_because)
    if why:
        yield f"- Why: {in_markdown(why)}"
    if status.awake_until is not None:
        yield f"- Not paused again before: **{in_words(status.awake_until, zone)}**"
