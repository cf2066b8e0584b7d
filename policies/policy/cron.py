"""Cron expressions, as far as they are about a week: minute, hour and day of the week.

By hand, because a schedule needs all times of a plain week as a set, and each field's mistake in words. A library such
as cronsim answers the next time after a date, and takes the days of a month that a week has no place for; where a date
is asked for, it is used (operations/plans/cron_jobs.py).
"""

import re
from dataclasses import dataclass
from typing import Self

from policies.problems import FieldError, shown

_FIELDS = 5
_ITEM = re.compile(r"(\*|([0-9]{1,2}|[a-z]{3})(?:-([0-9]{1,2}|[a-z]{3}))?)(?:/([0-9]{1,2}))?")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_MINUTES_OF_DAY = 24 * 60
_SUNDAY_TOO = 7
MOST_TIMES = 336
"""In a week: every half hour. More is a mistake, and would be slow to look at."""


@dataclass(frozen=True, slots=True)
class CronTimes:
    """When an expression comes true: minutes of a plain week, counted from Monday 00:00."""

    text: str
    minutes: tuple[int, ...]

    def __str__(self) -> str:
        return self.text

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `0 20 * * 1-5` or `30 7 * * mon,wed`. Days of the month and months must be stars."""
        fields = text.lower().split()
        if len(fields) != _FIELDS:
            raise FieldError(f"{shown(text)} is not a cron expression of five fields, such as 0 20 * * 1-5")
        if {fields[2], fields[3]} != {"*"}:
            raise FieldError(f"{shown(text)} names days of a month or months: a schedule is weekly, use exceptions")
        minutes = _read(fields[0], 0, 59, text)
        hours = _read(fields[1], 0, 23, text)
        days = {day % _SUNDAY_TOO for day in _read(fields[4], 0, _SUNDAY_TOO, text, last_step=_SUNDAY_TOO - 1)}
        if len(minutes) * len(hours) * len(days) > MOST_TIMES:
            raise FieldError(f"{shown(text)} comes more than {MOST_TIMES} times a week")
        return cls(
            text=text,
            minutes=tuple(
                sorted(
                    (day - 1) % 7 * _MINUTES_OF_DAY + hour * 60 + minute
                    for day in days
                    for hour in hours
                    for minute in minutes
                )
            ),
        )


def _read(field: str, least: int, most: int, text: str, last_step: int | None = None) -> set[int]:
    """The numbers of a field. A step without an end goes on to `last_step`: days 1/2 are Mon, Wed, Fri."""
    found: set[int] = set()
    for item in field.split(","):
        match = _ITEM.fullmatch(item)
        if match is None:
            raise FieldError(f"{shown(item)} in {shown(text)} is not understood")
        end = most if last_step is None else last_step
        first, last = (least, end) if match[1] == "*" else (_number(match[2], least, most, text), end)
        if match[3] is not None:
            last = _number(match[3], least, most, text)
        elif match[1] != "*" and match[4] is None:
            last = first
        step = int(match[4] or 1)
        if last < first or step < 1:
            raise FieldError(f"{shown(item)} in {shown(text)} goes backwards or nowhere")
        found.update(range(first, last + 1, step))
    return found


def _number(word: str, least: int, most: int, text: str) -> int:
    if word in _DAYS and most == _SUNDAY_TOO:
        return _DAYS.index(word)
    if not word.isdigit() or not least <= int(word) <= most:
        raise FieldError(f"there is no {word} in {shown(text)}; it goes from {least} to {most}")
    return int(word)
