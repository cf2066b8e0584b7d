"""Instants: as they are written into annotations and shown to people, and which comes first."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(9000, 1, 1, tzinfo=UTC)
"""Far enough for "never", and far enough from the last instant Python knows that no arithmetic ends behind it."""


def within_reason(instant: datetime) -> datetime:
    """The instant in UTC, moved between EARLIEST and LATEST: `9999-12-31T23:59:59-14:00` has no UTC at all."""
    naive = instant.replace(tzinfo=None)
    if naive >= LATEST.replace(tzinfo=None):
        return LATEST
    if naive <= EARLIEST.replace(tzinfo=None):
        return EARLIEST
    return instant.astimezone(UTC)


Instant = Annotated[AwareDatetime, AfterValidator(within_reason)]
"""An instant that somebody typed."""


def to_rfc3339(instant: datetime) -> str:
    """An instant as RFC 3339 in UTC, whole seconds, ending in Z: `2026-11-23T19:00:00Z`."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def from_rfc3339(text: str) -> datetime:
    """The instant that RFC 3339 text names, within reason.

    Raises ValueError where the text is no such time, or has no offset: a time without one is a guess.
    """
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"{text!r} has no offset; write it as 2026-11-23T19:00:00Z")
    return within_reason(instant)


def earliest(*times: datetime | None) -> datetime | None:
    """The earliest of the times that there are, or None."""
    return min((time for time in times if time is not None), default=None)
