"""What kube-green was told by SleepInfo objects, as policies that never let anything sleep where that tool does not.

A SleepInfo is about Deployments of its namespace: asleep from `sleepAt` to the next `wakeUpAt`, on its weekdays.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from policies.importing.drafts import Draft, Foreign, Imported, LeftOut, draft, exclude, name_for
from policies.importing.zones import skipped_times
from policies.policy.cron import CronTimes
from policies.policy.schedule import check_zone
from policies.policy.windows import MINUTES_OF_WEEK, SleepWindow
from policies.problems import FieldError, PolicyError, shown

TOOL = "kube-green"
_TIMES = ("weekdays", "sleepAt", "wakeUpAt", "timeZone")
_UNDERSTOOD = frozenset(
    {
        *_TIMES,
        "excludeRef",
        "includeRef",
        "patches",
        "suspendCronJobs",
        "suspendDeployments",
        "suspendStatefulSets",
    }
)
_SUNDAY_AS_7 = re.compile(r"(?<![0-9/])7(?![0-9])")


def import_kube_green(sleep_infos: Iterable[Foreign], deployments: Iterable[Foreign], now: datetime) -> Imported:
    """The policies that do what these do, and what they cannot do."""
    return _KubeGreenImport(deployments, now).run(sorted(sleep_infos, key=str))


class _KubeGreenImport:
    def __init__(self, deployments: Iterable[Foreign], now: datetime) -> None:
        self._now = now
        self._inside: dict[str, list[Foreign]] = defaultdict(list)
        for deployment in sorted(deployments, key=str):
            self._inside[deployment.namespace].append(deployment)
        self._left_out: list[LeftOut] = []
        self._commands: dict[str, None] = {}

    def run(self, sleep_infos: list[Foreign]) -> Imported:
        """Import all of them; those that say the same become one policy."""
        read: list[tuple[Foreign, dict[str, Any]]] = []
        for one in sleep_infos:
            try:
                read.append((one, _schedule_of(one.spec, self._now)))
            except FieldError as error:
                self._leave(one, "spec", str(error))
        groups: dict[str, list[Foreign]] = defaultdict(list)
        for one, schedule in read:
            beside = [other for other, its in read if other.namespace == one.namespace and _interferes(schedule, its)]
            if beside:
                self._leave(one, "spec", f"its times meet those of {beside[0].name}: whichever ends first wakes all")
                continue
            try:
                groups[json.dumps([schedule, self._selector(one)])].append(one)
            except FieldError as error:
                self._leave(one, "spec", str(error))
        drafts = tuple(self._draft(groups))
        return Imported(drafts=drafts, commands=tuple(self._commands), left_out=tuple(self._left_out))

    def _draft(self, groups: Mapping[str, list[Foreign]]) -> Iterator[Draft]:
        taken: set[str] = set()
        for written, members in groups.items():
            schedule, selector = json.loads(written)
            names = sorted({one.namespace for one in members})
            scope = {"namespaces": {"include": names}} | ({"selector": selector} if selector else {})
            origin = f"{TOOL}: SleepInfo " + ", ".join(map(str, members))
            try:
                yield draft(name_for(TOOL, names, taken), scope, schedule, origin)
            except PolicyError as error:
                for one in members:
                    self._leave(one, "spec", error.problems[0].wrong)

    def _selector(self, one: Foreign) -> dict[str, Any]:
        """What its references say of Deployments: labels as a selector, excluded names as commands.

        Raises FieldError.
        """
        spec = one.spec
        if spec.get("suspendDeployments") is False:
            raise FieldError("it leaves Deployments alone (suspendDeployments: false), and only those can sleep here")
        included = _included(_references(spec, "includeRef"))
        for name, what in (("suspendCronJobs", "CronJobs"), ("suspendStatefulSets", "StatefulSets")):
            if spec.get(name):
                self._leave(one, name, f"{what} are left as they are; only Deployments sleep")
        if spec.get("patches"):
            self._leave(one, "patches", "other objects than Deployments are left as they are")
        expressions = []
        for reference in _references(spec, "excludeRef"):
            labels = _labels(reference)
            expressions += [{"key": key, "operator": "NotIn", "values": [value]} for key, value in labels.items()]
            if not labels or reference.get("name"):
                self._exclude(one, reference)
        return ({"matchLabels": included} if included else {}) | (
            {"matchExpressions": expressions} if expressions else {}
        )

    def _exclude(self, one: Foreign, reference: Mapping[str, Any]) -> None:
        """The Deployment that is meant, by a command; what cannot be understood is told."""
        name = reference.get("name")
        if not isinstance(name, str) or not name:
            self._leave(one, "excludeRef", f"{shown(reference)} names nothing")
            return
        if reference.get("kind", "Deployment") != "Deployment":
            return
        meant = [deployment for deployment in self._inside[one.namespace] if deployment.name == name]
        for deployment in meant:
            self._commands[exclude(deployment)] = None
        if not meant:
            self._leave(one, "excludeRef", f"there is no Deployment {name} now, and one that comes later may sleep")

    def _leave(self, of: Foreign, name: str, reason: str) -> None:
        self._left_out.append(LeftOut(object=f"SleepInfo {of}", field=name, reason=reason))


def _references(spec: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The references of a field. Raises FieldError."""
    references = spec.get(name) or []
    if not isinstance(references, list):
        raise FieldError(f"{name} is not a list")
    for each in references:
        if not isinstance(each, dict):
            raise FieldError(f"{shown(each)} in {name} names nothing")
    return references


def _labels(reference: Mapping[str, Any]) -> dict[str, str]:
    labels = reference.get("matchLabels")
    return {str(key): str(value) for key, value in labels.items()} if isinstance(labels, dict) else {}


def _included(references: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The labels that a Deployment must have, all of them. Raises FieldError."""
    wanted: dict[str, str] = {}
    for reference in references:
        labels = _labels(reference)
        if not labels or reference.get("name"):
            raise FieldError(f"includeRef {shown(reference)}: a policy selects by labels and not by names")
        for key, value in labels.items():
            if wanted.setdefault(key, value) != value:
                raise FieldError(f"includeRef asks for two values of the label {key}, which nothing has")
    return wanted


def _schedule_of(spec: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The window of a SleepInfo. Raises FieldError, also for a field of a later version: it may say when not to."""
    unknown = sorted(spec.keys() - _UNDERSTOOD)
    if unknown:
        raise FieldError(f"it says {', '.join(map(shown, unknown))}, which this version does not understand")
    for name in _TIMES:
        if not isinstance(spec.get(name, ""), str):
            raise FieldError(f"{name} is {shown(spec[name])}, not text")
    if not spec.get("wakeUpAt"):
        raise FieldError("it has no wakeUpAt: what would never wake is not put to sleep")
    if _SUNDAY_AS_7.search(spec.get("weekdays", "")):
        raise FieldError(f"weekdays is {shown(spec['weekdays'])}, and {TOOL} refuses 7: its Sunday is 0")
    zone = check_zone(spec.get("timeZone") or "UTC")
    sleep_at, wake_at = _cron(spec, "sleepAt"), _cron(spec, "wakeUpAt")
    _check_sleeps(sleep_at, wake_at, zone, now)
    return {"timeZone": zone, "asleep": [{"fromCron": str(sleep_at), "toCron": str(wake_at)}]}


def _check_sleeps(sleep_at: CronTimes, wake_at: CronTimes, zone: str, now: datetime) -> None:
    """That the tool, too, begins each of these sleeps: it does nothing at a time that clocks skip, nor within the
    minute after a wake. Raises FieldError.
    """
    if {(minute + 1) % MINUTES_OF_WEEK for minute in wake_at.minutes} & {*sleep_at.minutes}:
        raise FieldError(f"it would sleep a minute after it wakes, and {TOOL} skips every other one of these sleeps")
    skipped = skipped_times(zone, now)
    if any(begin in skipped for begin, _ in _occurrences(sleep_at, wake_at)):
        raise FieldError(f"sleepAt is a time that clocks in {zone} skip once a year, and {TOOL} leaves that sleep out")


def _interferes(schedule: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two schedules over the same namespace differ and meet: that tool then follows neither."""
    if schedule == other:
        return False
    return schedule["timeZone"] != other["timeZone"] or bool(_minutes(schedule) & _minutes(other))


def _minutes(schedule: Mapping[str, Any]) -> set[int]:
    """The minutes of a week that it sleeps through, with that of its wake."""
    (window,) = schedule["asleep"]
    found = _occurrences(CronTimes.parse(window["fromCron"]), CronTimes.parse(window["toCron"]))
    return {(begin + step) % MINUTES_OF_WEEK for begin, length in found for step in range(length + 1)}


def _occurrences(sleep_at: CronTimes, wake_at: CronTimes) -> tuple[tuple[int, int], ...]:
    return SleepWindow.model_construct(start_cron=sleep_at, end_cron=wake_at).occurrences()


def _cron(spec: Mapping[str, Any], name: str) -> CronTimes:
    hour, colon, minute = str(spec.get(name, "")).strip().partition(":")
    if not colon:
        raise FieldError(f"{name} is {shown(spec.get(name, ''))}, not a time such as 20:00")
    return CronTimes.parse(f"{minute} {hour} * * {spec.get('weekdays', '')}")
