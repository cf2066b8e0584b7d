"""One rule of py-kube-downscaler, as the schedule that says the same."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from policies.importing.timespecs import TimeSpec, days_touched, read_time_spec, whole_days_inside, zone_of
from policies.importing.weekspans import NEVER, asleep_between, asleep_unless, windows_of
from policies.problems import FieldError, shown

PREFIX = "downscaler/"


class Rule(NamedTuple):
    """What holds of a Namespace or a Deployment, in the words of its annotations."""

    uptime: str
    downtime: str
    upscale: str
    downscale: str
    replicas: str

    def under(self, annotations: Mapping[str, str]) -> "Rule":
        """The rule of something that carries these, where this is the rule around it."""
        names = ("uptime", "downtime", "upscale-period", "downscale-period", "downtime-replicas")
        return Rule(*(annotations.get(PREFIX + name, value) for name, value in zip(names, self, strict=True)))

    def __str__(self) -> str:
        if (self.upscale, self.downscale) != ("never", "never"):
            return f"upscale-period {shown(self.upscale)}, downscale-period {shown(self.downscale)}"
        return f"uptime {shown(self.uptime)}, downtime {shown(self.downtime)}"


Schedule = dict[str, Any]
"""As a policy document has it; empty: never asleep."""


def schedule_of(rule: Rule, zone: str, now: datetime) -> tuple[Schedule, tuple[str, ...]]:
    """The schedule of a rule, and what of it is lost. Raises FieldError."""
    if rule.replicas != "0":
        raise FieldError(f"{shown(rule.replicas)} replicas are left by it at night; here a sleep is 0 replicas")
    if (rule.upscale, rule.downscale) != ("never", "never"):
        ups, downs = read_time_spec(rule.upscale, zone), read_time_spec(rule.downscale, zone)
        if any(downs.week) and not any(ups.week):
            raise FieldError("nothing scales it up again, so it is not put to sleep")
        return _written(asleep_between(downs.week, ups.week), ups, downs, now)
    ups, downs = read_time_spec(rule.uptime, zone), read_time_spec(rule.downtime, zone)
    return _written(asleep_unless(ups.week, downs.week), ups, downs, now)


def _written(asleep: bytes, ups: TimeSpec, downs: TimeSpec, now: datetime) -> tuple[Schedule, tuple[str, ...]]:
    zones = sorted({ups.zone, downs.zone} - {""})
    if len(zones) > 1:
        raise FieldError(f"its times are in several zones ({', '.join(zones)}); a schedule has one")
    zone = zones[0] if zones else "UTC"
    exceptions, problems = _exceptions(ups, downs, zone, now)
    if asleep == NEVER and not any(each["keep"] == "Asleep" for each in exceptions):
        return {}, problems
    schedule: Schedule = {"timeZone": zone, "asleep": windows_of(asleep)}
    return schedule | ({"exceptions": exceptions} if exceptions else {}), problems


def _exceptions(
    ups: TimeSpec, downs: TimeSpec, zone: str, now: datetime
) -> tuple[list[dict[str, str]], tuple[str, ...]]:
    """Absolute times as whole days: of uptime all that it touches, of downtime only what it covers."""
    exceptions, problems = [], []
    for begin, end in ups.once:
        if end > now:
            first, last = days_touched(begin, end, zone_of(zone))
            exceptions.append({"from": str(first), "to": str(last), "keep": "Awake"})
    for begin, end in downs.once:
        days = whole_days_inside(begin, end, zone_of(zone)) if end > now else None
        if days is not None:
            exceptions.append({"from": str(days[0]), "to": str(days[1]), "keep": "Asleep"})
        elif end > now:
            problems.append(f"{begin.astimezone(UTC)} to {end.astimezone(UTC)} is no whole day; exceptions are")
    return exceptions, tuple(problems)
