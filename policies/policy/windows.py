"""Weekly windows of sleep as a policy writes them: `{from: Fri 20:00, to: Mon 07:00}`.

Only what can be said without a date: the calendar of real days, time zones and clock changes builds on this.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Self

from pydantic import Field, PlainSerializer, PlainValidator, WithJsonSchema, model_validator

from policies.policy.cron import CronTimes
from policies.policy.parts import REFUSAL, DocumentPart
from policies.problems import FieldError, nearest_name, shown

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
"""Names of the days, by `date.weekday()`."""

MINUTES_OF_DAY = 24 * 60
MINUTES_OF_WEEK = 7 * MINUTES_OF_DAY

_EVERY_DAY = frozenset(range(7))
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})")
_DAY_PATTERN = f"({'|'.join(WEEKDAYS)})"
_DAYS_PATTERN = f"{_DAY_PATTERN}(-{_DAY_PATTERN})?"
_TIME_PATTERN = "(([01]?[0-9]|2[0-3]):[0-5][0-9]|24:00)"
_LONGEST_TEXT = 64


@dataclass(frozen=True, slots=True)
class WindowStart:
    """When windows begin: on each of `weekdays` (0 is Monday), `minute` minutes after midnight (1440 is 24:00)."""

    weekdays: frozenset[int]
    minute: int

    def __str__(self) -> str:
        time = _write_time(self.minute)
        return time if self.weekdays == _EVERY_DAY else f"{_write_days(self.weekdays)} {time}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `Fri 20:00`, `Mon-Thu 20:00`, `Mon,Wed 20:00` or `20:00` (every day)."""
        days, minute = _split(text)
        return cls(weekdays=_read_days(days) if days else _EVERY_DAY, minute=minute)


@dataclass(frozen=True, slots=True)
class WindowEnd:
    """When a window ends: at the next `minute` after midnight, on `weekday` if that is given (0 is Monday)."""

    weekday: int | None
    minute: int

    def __str__(self) -> str:
        time = _write_time(self.minute)
        return time if self.weekday is None else f"{WEEKDAYS[self.weekday]} {time}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `Mon 07:00` or `07:00`."""
        days, minute = _split(text)
        if not days:
            return cls(weekday=None, minute=minute)
        weekdays = _read_days(days)
        if len(weekdays) > 1:
            raise FieldError(f"{shown(text)} has several days; a window ends on one, or without a day at the next time")
        return cls(weekday=min(weekdays), minute=minute)


def _split(text: str) -> tuple[str, int]:
    days, _, time = text.strip().rpartition(" ")
    return days.strip(), _read_time(time)


def _read_time(text: str) -> int:
    match = _TIME.fullmatch(text)
    if match is None:
        raise FieldError(f"{shown(text)} is not a time of day such as 07:00")
    minute = int(match[1]) * 60 + int(match[2])
    if int(match[2]) >= 60 or minute > MINUTES_OF_DAY:  # noqa: PLR2004 - minutes of an hour
        raise FieldError(f"there is no {text}; times go from 00:00 to 24:00")
    return minute


def _write_time(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _read_days(text: str) -> frozenset[int]:
    days: set[int] = set()
    for item in text.split(","):
        first, dash, last = item.strip().partition("-")
        start = _read_day(first)
        length = (_read_day(last) - start) % 7 if dash else 0
        days.update((start + step) % 7 for step in range(length + 1))
    return frozenset(days)


def _read_day(text: str) -> int:
    if text not in WEEKDAYS:
        raise FieldError(f"{shown(text)} is not a day of the week", nearest=nearest_name(text, WEEKDAYS))
    return WEEKDAYS.index(text)


def _write_days(weekdays: frozenset[int]) -> str:
    runs = []
    for first in (day for day in range(7) if day in weekdays and (day - 1) % 7 not in weekdays):
        length = next(step for step in range(1, 7) if (first + step) % 7 not in weekdays)
        last = (first + length - 1) % 7
        runs.append(
            f"{WEEKDAYS[first]}-{WEEKDAYS[last]}"
            if length > 2  # noqa: PLR2004 - two days are shorter as a list
            else ",".join(WEEKDAYS[(first + step) % 7] for step in range(length)),
        )
    return ",".join(runs)


def _refuse_number(value: object) -> FieldError:
    if isinstance(value, int) and not isinstance(value, bool):
        return FieldError(f'{value} is a number: YAML reads an unquoted 20:00 as one; quote it, "20:00"')
    return FieldError(f"{shown(value)} is not a time such as Fri 20:00")


def _read_start(value: object) -> WindowStart:
    if isinstance(value, str):
        return WindowStart.parse(value)
    if isinstance(value, WindowStart):
        return value
    raise _refuse_number(value)


def _read_end(value: object) -> WindowEnd:
    if isinstance(value, str):
        return WindowEnd.parse(value)
    if isinstance(value, WindowEnd):
        return value
    raise _refuse_number(value)


def _read_cron(value: object) -> CronTimes:
    if isinstance(value, str):
        return CronTimes.parse(value)
    if isinstance(value, CronTimes):
        return value
    raise FieldError(f"{shown(value)} is not a cron expression such as 0 20 * * 1-5")


_Cron = Annotated[
    CronTimes,
    PlainValidator(_read_cron),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "maxLength": _LONGEST_TEXT}),
]


def _text_like(days: str, examples: str) -> WithJsonSchema:
    """Days by a pattern, and a time of day."""
    said = f"is not a time such as {examples}; days are {', '.join(WEEKDAYS[:-1])} and {WEEKDAYS[-1]}"
    pattern = f"^{days}{_TIME_PATTERN}$"
    return WithJsonSchema({"type": "string", "maxLength": _LONGEST_TEXT, "pattern": pattern, REFUSAL: said})


class SleepWindow(DocumentPart):
    """A weekly window of sleep: `from` and `to`, or `fromCron` and `toCron`. With several weekdays it is one window for
    each of them.
    """

    start: (
        Annotated[
            WindowStart,
            PlainValidator(_read_start),
            PlainSerializer(str, return_type=str),
            _text_like(f"({_DAYS_PATTERN}(, ?{_DAYS_PATTERN})* )?", "20:00, Fri 20:00 or Mon-Thu 20:00"),
        ]
        | None
    ) = Field(
        default=None, alias="from", description="Fri 20:00, Mon-Thu 20:00, Mon,Wed 20:00, or 20:00 for every day."
    )
    end: (
        Annotated[
            WindowEnd,
            PlainValidator(_read_end),
            PlainSerializer(str, return_type=str),
            _text_like(f"({_DAY_PATTERN} )?", "07:00 or Mon 07:00"),
        ]
        | None
    ) = Field(
        default=None,
        alias="to",
        description="Mon 07:00, or 07:00 for the next one after the start; 24:00 is midnight.",
    )
    start_cron: _Cron | None = Field(
        default=None, alias="fromCron", description="0 20 * * 1-5: minute, hour, *, *, days of the week."
    )
    end_cron: _Cron | None = Field(
        default=None, alias="toCron", description="0 7 * * *: the sleep ends the next time that this comes true."
    )

    def __str__(self) -> str:
        if self.start is None:
            return f"cron {self.start_cron} to cron {self.end_cron}"
        return f"{self.start} to {self.end}"

    @model_validator(mode="after")
    def _check(self) -> Self:
        plain, cron = (self.start, self.end), (self.start_cron, self.end_cron)
        if any(plain) and any(cron):
            raise FieldError("needs either from and to, or fromCron and toCron, and not both")
        names = ("fromCron", "toCron") if any(cron) else ("from", "to")
        for name, value in zip(names, cron if any(cron) else plain, strict=True):
            if value is None:
                raise FieldError("is required", field=name)
        if not all(length for _, length in self.occurrences()):
            raise FieldError(f"{names[0]} and {names[1]} are the same time; a whole day is 00:00 to 24:00")
        return self

    def occurrences(self) -> tuple[tuple[int, int], ...]:
        """Start and length of each window of a week, in minutes of a plain week; starts count from Monday 00:00."""
        if self.start is not None and self.end is not None:
            return tuple(_lengths(self.start, self.end))
        if self.start_cron is not None and self.end_cron is not None:
            return tuple(_pairs(self.start_cron.minutes, self.end_cron.minutes))
        return ()


def _lengths(start: WindowStart, end: WindowEnd) -> Iterator[tuple[int, int]]:
    for weekday in sorted(start.weekdays):
        begin = (weekday * MINUTES_OF_DAY + start.minute) % MINUTES_OF_WEEK
        if end.weekday is not None:
            length = (end.weekday * MINUTES_OF_DAY + end.minute - begin) % MINUTES_OF_WEEK
        else:
            length = (end.minute - begin) % MINUTES_OF_DAY
            if length == 0 and end.minute == MINUTES_OF_DAY != start.minute:
                length = MINUTES_OF_DAY
        yield begin, length


def _pairs(starts: tuple[int, ...], ends: tuple[int, ...]) -> Iterator[tuple[int, int]]:
    """From the first start after an end to the next end. A start during a sleep is ignored."""
    for index, end in enumerate(ends):
        before = ends[index - 1] - (MINUTES_OF_WEEK if index == 0 else 0)
        begins = [at for start in starts for at in (start - MINUTES_OF_WEEK, start) if before <= at < end]
        if begins:
            yield min(begins) % MINUTES_OF_WEEK, 0 if end in starts else end - min(begins)
