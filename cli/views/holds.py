"""A hold as people read it, wherever it is told."""

from activities.snapshot import Hold
from operations.times import show_time


def describe_hold(hold: Hold, zone: str | None = None) -> str:
    """Since when, by whom and why nothing is paused, and what ends it."""
    reason = f": {hold.reason}" if hold.reason else ""
    return f"HOLD since {show_time(hold.since, zone)} by {hold.by}{reason}. Nothing is paused until `finops release`."
