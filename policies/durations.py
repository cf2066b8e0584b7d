"""Durations as Go writes them, in hours, minutes and seconds: `48h`, `1h30m`, `45s`.

By hand, because the CRD, the JSON schema and this program must take the same texts, and say what is wrong with others.
durationpy, which the Kubernetes client brings, also takes days, weeks, months of 30 days, spaces and `1h-5m`.
"""

import re
from datetime import timedelta
from fractions import Fraction
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from policies.problems import FieldError, shown

PATTERN = r"^([0-9]+(\.[0-9]+)?[hms])+$"
POSITIVE_DURATION = "positive-duration"
"""The JSON schema format of a duration that may not be 0, which a pattern cannot say."""

_TEXT = re.compile(PATTERN)
_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)([hms])")
_SECONDS = {"h": 3600, "m": 60, "s": 1}
_LONGEST_TEXT = 40
_LONGEST = timedelta(hours=2_562_047)
"""Go counts nanoseconds in 64 bits; whole hours of that, 292 years."""


def parse_duration(text: str) -> timedelta:
    """The duration that `text` writes; microseconds are the finest.

    Raises FieldError (a ValueError) where it is not a duration or longer than 292 years. Zero is a duration.
    """
    if len(text) > _LONGEST_TEXT or _TEXT.fullmatch(text) is None:
        raise FieldError(_say_why_not(text))
    seconds = sum(Fraction(amount) * _SECONDS[unit] for amount, unit in _PART.findall(text))
    if seconds > _LONGEST.total_seconds():
        raise FieldError(f"{shown(text)} is longer than 292 years")
    return timedelta(microseconds=int(seconds * 1_000_000))


def format_duration(duration: timedelta) -> str:
    """The shortest text of a duration that is not negative: `168h`, `1h30m`, `0.5s`, `0s`."""
    seconds, microseconds = divmod(duration // timedelta(microseconds=1), 1_000_000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    text = (f"{hours}h" if hours else "") + (f"{minutes}m" if minutes else "")
    if microseconds:
        fraction = f"{microseconds:06d}".rstrip("0")
        return f"{text}{seconds}.{fraction}s"
    return f"{text}{seconds}s" if seconds or not text else text


def _say_why_not(text: str) -> str:
    if text.startswith("-"):
        return f"{shown(text)} must be greater than 0"
    if re.fullmatch(r"[0-9]+", text):
        return f"{shown(text)} has no unit; write {shown(text + 'h')}, {shown(text + 'm')} or {shown(text + 's')}"
    if days := re.fullmatch(r"([0-9]{1,4})d", text):
        return f"{shown(text)} is in days; write {int(days[1]) * 24}h"
    return f"{shown(text)} is not a duration such as 48h, 1h30m or 45s"


def _read(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    if isinstance(value, str):
        return parse_duration(value)
    if isinstance(value, int) and not isinstance(value, bool):
        raise FieldError(_say_why_not(str(value)))
    raise FieldError(f"{shown(value)} is not a duration such as 48h, 1h30m or 45s")


def _refuse_negative(duration: timedelta) -> timedelta:
    if duration < timedelta(0):
        raise FieldError("must not be negative")
    return duration


def _refuse_zero(duration: timedelta) -> timedelta:
    if duration <= timedelta(0):
        raise FieldError("must be greater than 0")
    return duration


def _read_positive(value: object) -> timedelta:
    return _refuse_zero(_read(value))


def _read_any(value: object) -> timedelta:
    return _refuse_negative(_read(value))


_AS_TEXT = PlainSerializer(format_duration, return_type=str, when_used="json")

Duration = Annotated[
    timedelta,
    BeforeValidator(_read_positive),
    _AS_TEXT,
    WithJsonSchema({"type": "string", "maxLength": _LONGEST_TEXT, "pattern": PATTERN, "format": POSITIVE_DURATION}),
]
"""A duration greater than 0: `timedelta` in Python, Go's text in JSON and YAML."""

DurationOrZero = Annotated[
    timedelta,
    BeforeValidator(_read_any),
    _AS_TEXT,
    WithJsonSchema({"type": "string", "maxLength": _LONGEST_TEXT, "pattern": PATTERN}),
]
"""The same, and 0 is allowed."""
