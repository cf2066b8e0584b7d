"""Instants as they are written into annotations and shown to people."""

from datetime import UTC, datetime


def to_rfc3339(instant: datetime) -> str:
    """An instant as RFC 3339 in UTC, whole seconds, ending in Z: `2026-11-23T19:00:00Z`."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def from_rfc3339(text: str) -> datetime:
    """The instant that RFC 3339 text names.

    Raises ValueError where the text is no such time, or has no offset: a time without one is a guess.
    """
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"{text!r} has no offset; write it as 2026-11-23T19:00:00Z")
    return instant.astimezone(UTC)
