"""What people read of a hibernation in the Temporal UI."""

from policies.sleep.messages import HibernationStatus, Phase
from policies.times import to_rfc3339

_HEADLINES = {
    Phase.PAUSING: "Going to sleep",
    Phase.ASLEEP: "Asleep",
    Phase.RESUMING: "Waking up",
    Phase.RESUME_FAILING: "Waking up, with trouble",
    Phase.COOLING: "Awake, cooling down",
    Phase.AWAKE: "Awake, kept so",
}


def describe(status: HibernationStatus, saving: str) -> str:
    """The details page of a hibernation, in Markdown."""
    lines = [f"## {_HEADLINES[status.phase]}: {status.ref}"]
    if status.original_replicas is not None:
        lines.append(f"- Replicas to give back: **{status.original_replicas}**")
    if status.policy:
        lines.append(f"- Policy: {status.policy}")
    if status.phase is Phase.ASLEEP:
        until = "somebody wakes it" if status.resume_at is None else to_rfc3339(status.resume_at)
        lines.append(f"- Asleep until: **{until}**")
    if status.paused_at is not None:
        lines.append(f"- Paused at: {to_rfc3339(status.paused_at)}")
    if status.awake_until is not None and status.phase in {Phase.COOLING, Phase.AWAKE}:
        because = f" ({status.awake_because})" if status.awake_because else ""
        lines.append(f"- Not paused before: {to_rfc3339(status.awake_until)}{because}")
    if saving:
        lines.append(f"- {saving}")
    if status.trouble:
        lines.append(f"- **Trouble**: {status.trouble}. It is tried again until it works.")
    if status.phase in {Phase.PAUSING, Phase.ASLEEP}:
        lines.append("\nTo wake it now, send the signal `reactivate` (any input or none) or cancel this workflow.")
    return "\n".join(lines)
