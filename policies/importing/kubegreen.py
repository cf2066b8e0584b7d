"""What kube-green was told by SleepInfo objects, as policies.

A SleepInfo is about all Deployments of its namespace: asleep from `sleepAt` to the next `wakeUpAt`, on its weekdays.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from policies.cron import CronTimes
from policies.importing.drafts import Draft, Foreign, Imported, LeftOut, draft, exclude, name_for
from policies.problems import FieldError, PolicyError, shown

TOOL = "kube-green"


def import_kube_green(sleep_infos: Iterable[Foreign], deployments: Iterable[Foreign]) -> Imported:
    """The policies that do what these do, and what they cannot do."""
    return _Import(deployments).run(sorted(sleep_infos, key=str))


class _Import:
    def __init__(self, deployments: Iterable[Foreign]) -> None:
        self._inside: dict[str, list[Foreign]] = defaultdict(list)
        for deployment in sorted(deployments, key=str):
            self._inside[deployment.namespace].append(deployment)
        self._left_out: list[LeftOut] = []
        self._commands: dict[str, None] = {}

    def run(self, sleep_infos: list[Foreign]) -> Imported:
        """All of them; those that say the same are one policy."""
        groups: dict[str, list[Foreign]] = defaultdict(list)
        for one in sleep_infos:
            try:
                groups[json.dumps([_schedule_of(one.spec), self._selector(one)])].append(one)
            except FieldError as error:
                self._leave(one, "spec", str(error))
        drafts = tuple(self._draft(groups))
        return Imported(drafts=drafts, commands=tuple(self._commands), left_out=tuple(self._left_out))

    def _draft(self, groups: Mapping[str, list[Foreign]]) -> Iterator[Draft]:
        taken: set[str] = set()
        for written, members in groups.items():
            schedule, expressions = json.loads(written)
            names = sorted({one.namespace for one in members})
            scope = {"namespaces": {"include": names}}
            if expressions:
                scope["selector"] = {"matchExpressions": expressions}
            origin = f"{TOOL}: SleepInfo " + ", ".join(map(str, members))
            try:
                yield draft(name_for(TOOL, names, taken), scope, schedule, origin)
            except PolicyError as error:
                for one in members:
                    self._leave(one, "spec", error.problems[0].wrong)

    def _selector(self, one: Foreign) -> list[dict[str, Any]]:
        """What its `excludeRef` says of Deployments: by one label as a selector, else as commands.

        Raises FieldError.
        """
        spec, expressions = one.spec, []
        if spec.get("suspendDeployments") is False:
            raise FieldError("it leaves Deployments alone (suspendDeployments: false), and only those can sleep here")
        for name, what in (("suspendCronJobs", "CronJobs"), ("suspendStatefulSets", "StatefulSets")):
            if spec.get(name):
                self._leave(one, name, f"{what} are left as they are; only Deployments sleep")
        if spec.get("patches"):
            self._leave(one, "patches", "other objects than Deployments are left as they are")
        references = spec.get("excludeRef") or []
        if not isinstance(references, list):
            raise FieldError("excludeRef is not a list")
        for reference in references:
            labels = reference.get("matchLabels") if isinstance(reference, dict) else None
            if isinstance(labels, dict) and len(labels) == 1:
                ((key, value),) = labels.items()
                expressions.append({"key": str(key), "operator": "NotIn", "values": [str(value)]})
            else:
                self._exclude(one, reference)
        return expressions

    def _exclude(self, one: Foreign, reference: Any) -> None:
        """Each Deployment that is meant, by a command; what cannot be understood is told."""
        if not isinstance(reference, dict):
            self._leave(one, "excludeRef", f"{shown(reference)} names nothing")
            return
        labels, name = reference.get("matchLabels"), reference.get("name")
        if name and reference.get("kind", "Deployment") != "Deployment":
            return
        if not isinstance(labels, dict) and not isinstance(name, str):
            self._leave(one, "excludeRef", f"{shown(reference)} names nothing")
            return
        for deployment in self._inside[one.namespace]:
            by_labels = isinstance(labels, dict) and labels.items() <= deployment.labels.items()
            if deployment.name == name or (labels and by_labels):
                self._commands[exclude(deployment)] = None
        if labels:
            self._leave(one, "excludeRef", "several labels at once: later Deployments with them are not excluded")

    def _leave(self, of: Foreign, name: str, reason: str) -> None:
        self._left_out.append(LeftOut(object=f"SleepInfo {of}", field=name, reason=reason))


def _schedule_of(spec: Mapping[str, Any]) -> dict[str, Any]:
    """The window of a SleepInfo. Raises FieldError."""
    for name in ("weekdays", "sleepAt", "wakeUpAt", "timeZone"):
        if not isinstance(spec.get(name, ""), str):
            raise FieldError(f"{name} is {shown(spec[name])}, not text")
    if not spec.get("wakeUpAt"):
        raise FieldError("it has no wakeUpAt: what nothing wakes is not put to sleep")
    window = {"fromCron": _cron(spec, "sleepAt"), "toCron": _cron(spec, "wakeUpAt")}
    return {"timeZone": spec.get("timeZone") or "UTC", "asleep": [window]}


def _cron(spec: Mapping[str, Any], name: str) -> str:
    hour, colon, minute = str(spec.get(name, "")).strip().partition(":")
    if not colon:
        raise FieldError(f"{name} is {shown(spec.get(name, ''))}, not a time such as 20:00")
    return str(CronTimes.parse(f"{minute} {hour} * * {spec.get('weekdays', '')}"))
