"""The schedule of a policy: a time zone, weekly windows of sleep, and days that differ."""

import calendar
import re
from datetime import date, datetime, timedelta
from functools import cache
from typing import Annotated, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, Field, PlainSerializer, PlainValidator, WithJsonSchema, model_validator

from policies.durations import DurationOrZero
from policies.policy.holidays import PublicHolidays
from policies.policy.keep import Keep
from policies.policy.parts import REFUSAL, DocumentPart
from policies.policy.windows import SleepWindow
from policies.problems import FieldError, nearest_name, shown
from policies.wording import count

_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_MACHINE_LINKS = frozenset({"localtime", "posixrules", "Factory"})
"""Files beside the time zones that are not zones: what they mean depends on the machine."""

_MOST_WINDOWS = 100
_MOST_EXCEPTIONS = 366
_LONGEST_REASON = 256
_LONGEST_ZONE = 64


def check_zone(name: str) -> str:
    """The name of an IANA time zone. Raises FieldError."""
    if name not in _MACHINE_LINKS and len(name) <= _LONGEST_ZONE and _is_zone(name):
        return name
    raise FieldError(
        f"{shown(name)} is not a time zone; use an IANA name such as Europe/Berlin",
        nearest=nearest_name(name[:_LONGEST_ZONE], available_timezones() - _MACHINE_LINKS),
    )


@cache
def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder of the data base, such as "Europe"
        return False
    return True


def _read_date(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    match = _DATE.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise FieldError(f"{shown(value)} is not a date such as 2026-12-23")
    year, month, day = (int(part) for part in match.groups())
    if year < 1 or not 1 <= month <= 12:  # noqa: PLR2004 - months of a year
        raise FieldError(f"there is no {match[0]}")
    last = calendar.monthrange(year, month)[1]
    if not 1 <= day <= last:
        raise FieldError(f"there is no {match[0]}; that month has {count(last, 'day')}")
    return date(year, month, day)


PlainDate = Annotated[
    date,
    PlainValidator(_read_date),
    PlainSerializer(date.isoformat, return_type=str),
    WithJsonSchema(
        {
            "type": "string",
            "maxLength": 10,
            "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
            REFUSAL: "is not a date such as 2026-12-23",
        }
    ),
]
"""A whole day in the policy's time zone."""


class ExceptionalDays(DocumentPart):
    """Days on which other rules hold: kept awake, kept asleep, or other windows."""

    first: PlainDate = Field(alias="from", description="The first day, in the schedule's time zone.")
    last: PlainDate = Field(alias="to", description="The last day, included.")
    keep: Keep | None = Field(default=None, description="Awake: nothing sleeps. Asleep: sleep around the clock.")
    replace: Annotated[tuple[SleepWindow, ...], Field(min_length=1, max_length=_MOST_WINDOWS)] | None = Field(
        default=None,
        description="Windows that hold on these days in place of the schedule's own.",
    )
    reason: Annotated[str, Field(max_length=_LONGEST_REASON)] = Field(default="", description="Why, for people.")

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.last < self.first:
            raise FieldError(f"{self.last} is before {self.first}", field="to")
        if (self.keep is None) == (self.replace is None):
            raise FieldError("needs either keep (Awake or Asleep) or replace (a list of windows), and not both")
        return self


class Schedule(DocumentPart):
    """When workloads sleep. Windows are a union; precedence: keep Awake, keep Asleep, replace, windows."""

    time_zone: Annotated[str, AfterValidator(check_zone), Field(json_schema_extra={"maxLength": _LONGEST_ZONE})] = (
        Field(description="The IANA name of the zone that all times are in, such as Europe/Berlin.")
    )
    asleep: Annotated[tuple[SleepWindow, ...], Field(max_length=_MOST_WINDOWS)] = Field(
        default=(),
        description="Weekly windows of sleep.",
    )
    exceptions: Annotated[tuple[ExceptionalDays, ...], Field(max_length=_MOST_EXCEPTIONS)] = Field(
        default=(),
        description="Days that differ.",
    )
    holidays: PublicHolidays | None = Field(default=None, description="Public holidays, as days that differ.")
    spread: DurationOrZero = Field(
        default=timedelta(0),
        description="Wakes are delayed by up to this long, each workload by its own share; nothing wakes early.",
    )

    @model_validator(mode="after")
    def _check_not_empty(self) -> Self:
        if not self.asleep and not self.exceptions and self.holidays is None:
            raise FieldError("needs at least one window in asleep, an exception, or holidays")
        return self
