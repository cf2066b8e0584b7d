"""What a command asks before it does something that nobody should do by a slip of the finger."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from cli.console import Terminal
from cli.session import Session
from operations.errors import NoSuchWorkload
from operations.sleepers.pause_ahead import foresee_pause
from operations.times import describe_long
from policies.keys import WorkloadKey


def ask_before_pause(session: Session, keys: Sequence[WorkloadKey], end: datetime, now: datetime, *, yes: bool) -> None:
    """Ask about controllers, many replicas and long times; about nothing else.

    Raises NeedsYes, Refused as Terminal.confirm does; KubernetesError; NoSuchWorkload where only one was named, for of
    several each is answered for itself.
    """
    reasons = list[str]()
    for key in keys:
        with suppress(*([NoSuchWorkload] if len(keys) > 1 else [])):
            reasons += foresee_pause(session.installation, key).reasons_to_ask
    if long := describe_long(end, now):
        reasons.append(f"{', '.join(map(str, keys))} would be asleep {long}")
    if reasons:
        session.terminal.confirm("; ".join(reasons) + ".", yes=yes)


def ask_about_long_wake(terminal: Terminal, what: object, end: datetime | None, now: datetime, *, yes: bool) -> None:
    """Ask before something is kept awake for longer than a month."""
    if end is not None and (long := describe_long(end, now)):
        terminal.confirm(f"{what} would not be paused {long}.", yes=yes)
