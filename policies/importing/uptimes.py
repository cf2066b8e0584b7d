"""One rule of py-kube-downscaler, as the schedule that says the same, or less."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from policies.importing.time_specs import Defaults, TimeSpec, days_touched, read_time_spec, whole_days_inside
from policies.importing.week_spans import ALWAYS, NEVER, asleep_between, asleep_unless, runs_of, windows_of
from policies.importing.zones import one_zone, skipped_times, zone_at
from policies.policy.windows import MINUTES_OF_WEEK
from policies.problems import FieldError, shown

PREFIX = "downscaler/"
_UNSET = "never"
_SECOND = timedelta(seconds=1)


class Rule(NamedTuple):
    """What holds of a Namespace or a Deployment, in the words of its annotations."""

    uptime: str
    downtime: str
    upscale: str
    downscale: str
    replicas: str
    force_uptime: str = "false"
    """Of the Namespace alone: on a Deployment that tool does not read it."""

    def under(self, annotations: Mapping[str, str]) -> "Rule":
        """The rule of something that carries these, where this is the rule around it."""
        return Rule(
            annotations.get(PREFIX + "uptime", self.uptime),
            annotations.get(PREFIX + "downtime", self.downtime),
            annotations.get(PREFIX + "upscale-period", self.upscale),
            annotations.get(PREFIX + "downscale-period", self.downscale),
            annotations.get(PREFIX + "downtime-replicas", self.replicas),
            self.force_uptime,
        )

    @property
    def goes_by_periods(self) -> bool:
        """Whether it changes something in its periods only, and leaves it as it is between them."""
        return (self.upscale, self.downscale) != (_UNSET, _UNSET)

    def __str__(self) -> str:
        forced = "" if self.force_uptime.lower() == "false" else f", force-uptime {shown(self.force_uptime)}"
        if self.goes_by_periods:
            return f"upscale-period {shown(self.upscale)}, downscale-period {shown(self.downscale)}{forced}"
        return f"uptime {shown(self.uptime)}, downtime {shown(self.downtime)}{forced}"


Schedule = dict[str, Any]
"""As a policy document has it; empty: never asleep."""

_Stretch = tuple[datetime, datetime]


def read_force(text: str, defaults: Defaults, now: datetime) -> TimeSpec:
    """What `force-uptime` or `force-downtime` says: true, false, or times. Raises FieldError."""
    if text.lower() in {"", "false"}:
        return TimeSpec()
    return TimeSpec(ALWAYS) if text.lower() == "true" else read_time_spec(text, defaults, now)


def schedule_of(rule: Rule, defaults: Defaults, now: datetime) -> tuple[Schedule, tuple[str, ...]]:
    """The schedule of a rule, and what of it is lost. It never sleeps where the rule does not. Raises FieldError."""
    if rule.replicas != "0":
        raise FieldError(f"it leaves {shown(rule.replicas)} running at night; here a sleep means 0 replicas")
    by_periods = rule.goes_by_periods
    up, down = (rule.upscale, rule.downscale) if by_periods else (rule.uptime, rule.downtime)
    ups, downs = read_time_spec(up, defaults, now), read_time_spec(down, defaults, now)
    forced = read_force(rule.force_uptime, defaults, now)
    zone = one_zone((ups.zone, downs.zone, forced.zone), now) or _zone_of((*ups.once, *downs.once, *forced.once))
    if by_periods:
        return _of_periods(ups, downs, forced, zone, now), ()
    asleep = asleep_unless(ups.week, downs.week, forced.week)
    lost: list[str] = []
    exceptions = [_awake(stretch, zone, lost) for stretch in _to_come((*ups.once, *forced.once), now)]
    for stretch in _to_come(downs.once, now):
        if any(forced.week):
            lost.append(f"{_told(stretch)} is not slept through: force-uptime interrupts it")
        else:
            exceptions += _asleep(stretch, zone, lost)
    if asleep == NEVER and not any(each["keep"] == "Asleep" for each in exceptions):
        return {}, tuple(lost)
    schedule: Schedule = {"timeZone": zone, "asleep": windows_of(asleep)}
    return schedule | ({"exceptions": exceptions} if exceptions else {}), tuple(lost)


def _of_periods(ups: TimeSpec, downs: TimeSpec, forced: TimeSpec, zone: str, now: datetime) -> Schedule:
    """The schedule that does what its periods do. Raises FieldError."""
    if ups.once or downs.once or forced.once:
        raise FieldError("a change by absolute times lasts until the next period, which an exception cannot express")
    if any(downs.week) and not (any(ups.week) or any(forced.week)):
        raise FieldError("nothing scales it up again, so it is not put to sleep")
    effective = bytes(down > max(up, force) for down, up, force in zip(downs.week, ups.week, forced.week, strict=True))
    skipped = skipped_times(zone, now)
    for begin, length in runs_of(effective):
        if all((begin + step) % MINUTES_OF_WEEK in skipped for step in range(length)):
            raise FieldError(f"its downscale-period lies in an hour that clocks in {zone} skip once a year")
    asleep = asleep_between(downs.week, ups.week, forced.week)
    return {} if asleep == NEVER else {"timeZone": zone, "asleep": windows_of(asleep)}


def _zone_of(once: Iterable[_Stretch]) -> str:
    """The zone of absolute times that all carry the same offset, for their days are days there; else UTC."""
    offsets = {each.utcoffset() or timedelta(0) for stretch in once for each in stretch}
    return zone_at(offsets.pop()) if len(offsets) == 1 else "UTC"


def _to_come(once: Iterable[_Stretch], now: datetime) -> Iterator[_Stretch]:
    return (stretch for stretch in once if stretch[1] > now)


def _awake(stretch: _Stretch, zone: str, lost: list[str]) -> dict[str, str]:
    """All days that it touches."""
    first, last = days_touched(*stretch, ZoneInfo(zone))
    if not _is_exactly(stretch, first, last, zone):
        lost.append(f"{_told(stretch)} is kept awake from {first} to {last}, as whole days in {zone}")
    return _days(first, last, "Awake")


def _asleep(stretch: _Stretch, zone: str, lost: list[str]) -> list[dict[str, str]]:
    """Those days alone that it covers."""
    days = whole_days_inside(*stretch, ZoneInfo(zone))
    if days is None:
        lost.append(f"{_told(stretch)} covers no whole day in {zone}; exceptions must be whole days")
        return []
    if not _is_exactly(stretch, *days, zone):
        lost.append(f"{_told(stretch)} is slept through from {days[0]} to {days[1]}, as whole days in {zone}")
    return [_days(*days, "Asleep")]


def _days(first: date, last: date, keep: str) -> dict[str, str]:
    return {"from": str(first), "to": str(last), "keep": keep}


def _is_exactly(stretch: _Stretch, first: date, last: date, zone: str) -> bool:
    place = ZoneInfo(zone)
    begin = datetime.combine(first, time(), place)
    end = datetime.combine(last + timedelta(days=1), time(), place)
    return stretch[0] == begin and end - _SECOND <= stretch[1] <= end


def _told(stretch: _Stretch) -> str:
    return f"{stretch[0].isoformat()} to {stretch[1].isoformat()}"
