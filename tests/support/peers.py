"""When other schedulers of sleep have a Deployment asleep, minute by minute, by the rules that they publish.

Written from scratch by those rules, as an oracle: nothing of it is shared with the product's importer. The middle of
each minute is looked at.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MINUTE = timedelta(minutes=1)
DAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")

_WEEKLY = re.compile(r"([a-zA-Z]{3})-([a-zA-Z]{3}) (\d\d):(\d\d)-(\d\d):(\d\d) ([a-zA-Z/_]+)")
_DAILY = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d) ([a-zA-Z/_]+)")
_ISO = r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d)"
_ONCE = re.compile(f"{_ISO}-{_ISO}")


class Refused(Exception):
    """The tool cannot read what it was told."""


@cache
def minutes_of(begin: datetime, end: datetime) -> tuple[datetime, ...]:
    """The middle of each minute."""
    count = (end - begin) // MINUTE
    return tuple(begin + step * MINUTE + MINUTE / 2 for step in range(count))


@cache
def clock(zone: str, at: datetime) -> tuple[int, int]:
    """What clocks in a zone show: the day of the week, Monday is 0, and the minute of the day."""
    try:
        local = at.astimezone(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Refused(zone) from error
    return local.weekday(), local.hour * 60 + local.minute


@dataclass(frozen=True)
class Downscaler:
    """py-kube-downscaler, as it is started."""

    default_uptime: str = "always"
    default_downtime: str = "never"
    upscale_period: str = "never"
    downscale_period: str = "never"
    downtime_replicas: int = 0
    default_timezone: str = ""
    default_weekframe: str = ""
    exclude_namespaces: Sequence[str] = ("kube-system",)
    exclude_deployments: Sequence[str] = ("kube-downscaler", "downscaler")
    matching_labels: Sequence[str] = ()
    namespace: Sequence[str] = ()
    forcing_pods: bool = False

    def asleep(
        self,
        minutes: Sequence[datetime],
        space: tuple[str, Mapping[str, str]],
        one: tuple[str, Mapping[str, str], Mapping[str, str]],
    ) -> Iterator[bool]:
        """For each minute, whether a Deployment (name, labels, annotations) of a namespace (name, annotations) is at
        zero. It runs before the first.
        """
        state = False
        for at in minutes:
            try:
                wanted = self._wants(at, space, one)
            except Refused:
                wanted = None
            state = state if wanted is None else wanted
            yield state

    def _wants(
        self,
        at: datetime,
        space: tuple[str, Mapping[str, str]],
        one: tuple[str, Mapping[str, str], Mapping[str, str]],
    ) -> bool | None:
        """Zero, not zero, or nothing at all."""
        (space_name, around), (name, labels, own) = space, one
        if self.namespace and space_name not in self.namespace:
            return None
        if any(re.fullmatch(pattern, space_name) for pattern in self.exclude_namespaces):
            return None
        if name in self.exclude_deployments:
            return None
        forced_up = self._forced(around.get("force-uptime", str(self.forcing_pods)), at)
        forced_down = self._forced(around.get("force-downtime", "false"), at)
        texts = [f"{key}={value}" for key, value in labels.items()]
        looked_at = not self.matching_labels or any(
            re.fullmatch(pattern, text) for pattern in self.matching_labels for text in texts
        )
        if not looked_at or _excluded(around, at) or _excluded(own, at):
            return False  # it wakes what it has put to sleep, and puts nothing to sleep
        if own.get("downtime-replicas", around.get("downtime-replicas", str(self.downtime_replicas))) != "0":
            return False
        if forced_up or forced_down:
            return not forced_up
        up = own.get("upscale-period", around.get("upscale-period", self.upscale_period))
        down = own.get("downscale-period", around.get("downscale-period", self.downscale_period))
        if (up, down) != ("never", "never"):
            ups, downs = self._matches(up, at), self._matches(down, at)
            return None if ups == downs else downs
        uptime = own.get("uptime", around.get("uptime", self.default_uptime))
        downtime = own.get("downtime", around.get("downtime", self.default_downtime))
        return not self._matches(uptime, at) or self._matches(downtime, at)

    def _forced(self, text: str, at: datetime) -> bool:
        if text.lower() in {"", "false"}:
            return False
        return text.lower() == "true" or self._matches(text, at)

    def _matches(self, spec: str, at: datetime) -> bool:
        if spec.lower() in {"always", "never"}:
            return spec.lower() == "always"
        return any(self._is_in(part.strip(), at) for part in spec.split(","))

    def _is_in(self, part: str, at: datetime) -> bool:
        return _read(part, self.default_timezone, self.default_weekframe)(at)


@cache
def _read(part: str, timezone: str, weekframe: str) -> Callable[[datetime], bool]:
    """Whether an instant is in one entry of a list of times."""
    once = _ONCE.fullmatch(part)
    if once is not None:
        since, until = datetime.fromisoformat(once[1]), datetime.fromisoformat(once[2])
        return lambda at: since <= at <= until
    if re.fullmatch(r".*\d\d", part):
        part = f"{part} {_given(timezone)}"
    if _DAILY.fullmatch(part):
        part = f"{_given(weekframe)} {part}"
    weekly = _WEEKLY.fullmatch(part)
    if weekly is None:
        raise Refused(part)
    first, last, zone = _day(weekly[1]), _day(weekly[2]), weekly[7]
    begin, end = (int(weekly[index]) * 60 + int(weekly[index + 1]) for index in (3, 5))

    def is_in(at: datetime) -> bool:
        day, minute = clock(zone, at)
        on_day = first <= day <= last if first <= last else day >= first or day <= last
        return on_day and begin <= minute < end

    return is_in


def _given(text: str) -> str:
    if not text:
        raise Refused("it has no default")
    return text


def _day(text: str) -> int:
    if text.upper() not in DAYS:
        raise Refused(text)
    return DAYS.index(text.upper())


def _excluded(annotations: Mapping[str, str], at: datetime) -> bool:
    until = _read_until(annotations.get("exclude-until", ""))
    return annotations.get("exclude", "false").lower() != "false" or (until is not None and at < until)


@cache
def _read_until(text: str) -> datetime | None:
    for form in ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"):
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


@dataclass(frozen=True)
class SleepInfo:
    """kube-green's object, as far as it is about Deployments."""

    weekdays: str
    sleepAt: str  # noqa: N815 - its own names
    wakeUpAt: str = ""  # noqa: N815
    timeZone: str = ""  # noqa: N815
    suspendDeployments: bool = True  # noqa: N815
    includeRef: Sequence[Mapping[str, object]] = field(default=(), hash=False)  # noqa: N815
    excludeRef: Sequence[Mapping[str, object]] = field(default=(), hash=False)  # noqa: N815

    def takes(self, name: str, labels: Mapping[str, str]) -> bool:
        """Whether a Deployment is one that it is about: all that is included, and nothing that is excluded."""
        included = [_pairs(each) for each in self.includeRef]
        names = [each["name"] for each in self.includeRef if _names_one(each)]
        if names and set(names) != {name}:
            return False
        if not all(labels.get(key) == value for pairs in included for key, value in pairs.items()):
            return False
        if any(labels.get(key) == value for each in self.excludeRef for key, value in _pairs(each).items()):
            return False
        return all(each["name"] != name for each in self.excludeRef if _names_one(each))


def _pairs(reference: Mapping[str, object]) -> Mapping[str, str]:
    labels = reference.get("matchLabels")
    return labels if isinstance(labels, dict) else {}


def _names_one(reference: Mapping[str, object]) -> bool:
    return reference.get("kind") == "Deployment" and str(reference.get("apiVersion", "")).startswith("apps/")


def kube_green_asleep(
    infos: Sequence[SleepInfo], minutes: Sequence[datetime], name: str, labels: Mapping[str, str]
) -> Iterator[bool]:
    """For each minute, whether a Deployment of the namespace of these SleepInfos is at zero.

    Each waits for its sleep and its wake in turn, a minute after the one at the earliest for the other. Whoever put it
    to sleep gives it back; another one's sleep or wake meanwhile changes nothing.
    """
    asleep_by: int | None = None
    waits = [(_cron(info, info.sleepAt), True, datetime.min.replace(tzinfo=UTC)) for info in infos]
    for at in minutes:
        for index, info in enumerate(infos):
            comes_true, sleeps, earliest = waits[index]
            if not info.suspendDeployments or comes_true is None or at <= earliest or not comes_true(at):
                continue
            if sleeps and asleep_by is None and info.takes(name, labels):
                asleep_by = index
            elif not sleeps and asleep_by == index:
                asleep_by = None
            waits[index] = _cron(info, info.wakeUpAt if sleeps else info.sleepAt), not sleeps, at + MINUTE
        yield asleep_by is not None


def _cron(info: SleepInfo, time: str) -> Callable[[datetime], bool] | None:
    """Whether an expression comes true at a minute by the clocks of its zone; None where it never does."""
    hour, colon, minute = time.partition(":")
    try:
        fields = [_numbers(text, *bounds) for text, bounds in ((minute, (0, 59)), (hour, (0, 23)))]
        days = _numbers(info.weekdays, 0, 6)
    except (Refused, ValueError):
        return None
    if not colon:
        return None

    def comes_true(at: datetime) -> bool:
        day, now = clock(info.timeZone or "UTC", at)
        return (day + 1) % 7 in days and now % 60 in fields[0] and now // 60 in fields[1]

    return comes_true


def _numbers(text: str, least: int, most: int) -> set[int]:
    """The numbers of a cron field; a step without an end goes on to the highest."""
    found: set[int] = set()
    for item in text.split(","):
        span, slash, step = item.partition("/")
        first, dash, last = span.partition("-")
        begin = least if first == "*" else _number(first)
        end = _number(last) if dash else (most if first == "*" or slash else begin)
        if not least <= begin <= end <= most:
            raise Refused(item)
        found.update(range(begin, end + 1, int(step) if slash else 1))
    return found


def _number(text: str) -> int:
    names = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
    return names.index(text.lower()) if text.lower() in names else int(text)
