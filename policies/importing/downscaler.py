"""What py-kube-downscaler was told, as policies.

Its rule is "up in uptime, except in downtime", from annotations on a Deployment, else on its Namespace, else from its
own options. A Deployment whose rule differs from its namespace's gets a policy of its own where a label tells it apart.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from policies.annotations import EXCLUDE_UNTIL
from policies.durations import format_duration
from policies.importing.drafts import Draft, Foreign, Imported, LeftOut, draft, exclude, name_for, telling_label
from policies.importing.timespecs import read_until
from policies.importing.uptimes import PREFIX, Rule, Schedule, schedule_of
from policies.models import Frozen
from policies.problems import FieldError, PolicyError, shown
from policies.times import to_rfc3339

TOOL = "py-kube-downscaler"
_LITERAL = re.compile(r"([-A-Za-z0-9._/]+)=([-A-Za-z0-9._]*)")


class DownscalerOptions(Frozen):
    """The options of the running downscaler, with its own defaults."""

    default_uptime: str = "always"
    default_downtime: str = "never"
    upscale_period: str = "never"
    downscale_period: str = "never"
    downtime_replicas: int = 0
    grace_period: timedelta = timedelta(minutes=15)
    exclude_namespaces: tuple[str, ...] = ("kube-system",)
    exclude_deployments: tuple[str, ...] = ("kube-downscaler", "downscaler")
    matching_labels: tuple[str, ...] = ()
    time_zone: str = "UTC"
    """Of times that name none: the TZ of its container."""


@dataclass
class _Scope:
    """Where one rule holds."""

    namespace: str
    rule: Rule
    schedule: Schedule
    selector: dict[str, Any] = field(default_factory=dict)


def import_downscaler(
    namespaces: Iterable[Foreign], deployments: Iterable[Foreign], options: DownscalerOptions, now: datetime
) -> Imported:
    """The policies that do what the downscaler does to these, and what they cannot do."""
    return _Import(options, now).run(sorted(namespaces, key=str), deployments)


class _Import:
    def __init__(self, options: DownscalerOptions, now: datetime) -> None:
        self._options = options
        self._now = now
        self._left_out: list[LeftOut] = []
        self._commands: list[str] = []
        self._read: dict[Rule, tuple[Schedule, tuple[str, ...]]] = {}

    def run(self, namespaces: list[Foreign], deployments: Iterable[Foreign]) -> Imported:
        """All of it."""
        inside: dict[str, list[Foreign]] = defaultdict(list)
        for deployment in sorted(deployments, key=str):
            inside[deployment.namespace].append(deployment)
        options = self._options
        default = Rule(
            options.default_uptime,
            options.default_downtime,
            options.upscale_period,
            options.downscale_period,
            str(options.downtime_replicas),
        )
        scopes = [scope for each in namespaces for scope in self._import_namespace(each, inside[each.name], default)]
        selector = self._selector()
        drafts = tuple(self._draft(scopes, default, [each.name for each in namespaces], selector))
        return Imported(drafts=drafts, commands=tuple(self._commands), left_out=tuple(self._left_out))

    def _import_namespace(self, namespace: Foreign, inside: list[Foreign], default: Rule) -> Iterator[_Scope]:
        if self._is_excluded(namespace):
            return
        for name in ("force-uptime", "force-downtime"):
            value = namespace.annotations.get(PREFIX + name, "false")
            if value.lower() != "false":
                self._leave(
                    namespace, name, f"{shown(value)} overrules its times; here a person says so (finops resume)"
                )
        rule = default.under(namespace.annotations)
        schedule = self._schedule(namespace, rule)
        around = _Scope(namespace.name, rule, schedule)
        not_in: dict[str, list[str]] = defaultdict(list)
        for deployment in inside:
            own = self._import_deployment(deployment, inside, around)
            if own is not None:
                ((key, value),) = own.selector["matchLabels"].items()
                not_in[key].append(value)
                if own.schedule:
                    yield own
        if not_in:
            around.selector = {
                "matchExpressions": [
                    {"key": key, "operator": "NotIn", "values": values} for key, values in sorted(not_in.items())
                ]
            }
        if schedule:
            yield around

    def _import_deployment(self, one: Foreign, neighbours: list[Foreign], around: _Scope) -> _Scope | None:
        """Its own scope, where its rule is not its namespace's."""
        if one.annotations.get(PREFIX + "original-replicas") and one.spec.get("replicas") == 0:
            self._leave(one, "original-replicas", f"it sleeps under {TOOL} now; let that wake it before you stop it")
        if one.name in self._options.exclude_deployments or _carries_exclusion(one):
            self._keep_awake(one, around)
            return None
        self._exclude_until(one, f"kubectl -n {one.namespace} annotate deployment {one.name}")
        rule = around.rule.under(one.annotations)
        if rule == around.rule:
            return None
        schedule = self._schedule(one, rule)
        if not schedule and not around.schedule:
            return None
        label = telling_label(one, neighbours)
        if label is None:
            self._leave(one, "downtime", "no label tells it apart, which its own times need; it is kept awake instead")
            self._keep_awake(one, around)
            return None
        return _Scope(one.namespace, rule, schedule, {"matchLabels": dict([label])})

    def _keep_awake(self, one: Foreign, around: _Scope) -> None:
        if around.schedule:
            self._commands.append(exclude(one))

    def _is_excluded(self, namespace: Foreign) -> bool:
        if any(_fits(pattern, namespace.name) for pattern in self._options.exclude_namespaces):
            return True
        self._exclude_until(namespace, f"kubectl annotate namespace {namespace.name}")
        return _carries_exclusion(namespace)

    def _exclude_until(self, one: Foreign, command: str) -> None:
        text = one.annotations.get(PREFIX + "exclude-until")
        if not text:
            return
        try:
            until = read_until(text)
        except FieldError as error:
            self._leave(one, "exclude-until", str(error))
            return
        if until > self._now:
            self._commands.append(f"{command} {EXCLUDE_UNTIL}={to_rfc3339(until)}")

    def _schedule(self, of: Foreign, rule: Rule) -> Schedule:
        """The schedule of a rule; one that cannot be carried over lets nothing sleep, and is told."""
        if rule not in self._read:
            try:
                self._read[rule] = schedule_of(rule, self._options.time_zone, self._now)
            except FieldError as error:
                self._read[rule] = {}, (str(error),)
        schedule, problems = self._read[rule]
        for problem in problems:
            self._leave(of, str(rule), problem)
        return schedule

    def _selector(self) -> dict[str, Any]:
        patterns = self._options.matching_labels
        literal = None if len(patterns) != 1 else _LITERAL.fullmatch(patterns[0])
        if patterns and literal is None:
            reason = "patterns of labels; the policies are about all Deployments, so give them a selector first"
            self._left_out.append(LeftOut(object=TOOL, field="--matching-labels", reason=reason))
        return {} if literal is None else {"matchLabels": {literal[1]: literal[2]}}

    def _draft(
        self, scopes: list[_Scope], default: Rule, namespaces: list[str], selector: dict[str, Any]
    ) -> Iterator[Draft]:
        groups: dict[str, list[_Scope]] = defaultdict(list)
        for scope in scopes:
            groups[json.dumps([scope.schedule, scope.selector, scope.namespace if scope.selector else ""])].append(
                scope
            )
        taken: set[str] = set()
        for members in groups.values():
            names = sorted({scope.namespace for scope in members})
            first = members[0]
            patterns: dict[str, Any] = {"include": names}
            if not first.selector and any(scope.rule == default for scope in members):
                patterns = {"include": ["*"], "exclude": sorted({*namespaces} - {*names})}
            chosen = {**selector, **first.selector}
            if "matchLabels" in selector and "matchLabels" in first.selector:
                chosen["matchLabels"] = {**selector["matchLabels"], **first.selector["matchLabels"]}
            try:
                yield draft(
                    name_for("downscaler", names, taken),
                    {"namespaces": patterns} | ({"selector": chosen} if chosen else {}),
                    first.schedule,
                    f"{TOOL}: {first.rule} of {_count(names)}",
                    cooldownWindow=format_duration(max(self._options.grace_period, timedelta(seconds=1))),
                )
            except PolicyError as error:
                reason = error.problems[0].wrong
                self._left_out.append(LeftOut(object=_count(names), field=str(first.rule), reason=reason))

    def _leave(self, of: Foreign, name: str, reason: str) -> None:
        self._left_out.append(LeftOut(object=str(of), field=name, reason=reason))


def _carries_exclusion(one: Foreign) -> bool:
    """Anything but "false" excludes, as with that tool."""
    return one.annotations.get(PREFIX + "exclude", "false").lower() != "false"


def _fits(pattern: str, name: str) -> bool:
    try:
        return re.fullmatch(pattern, name) is not None
    except re.error:
        return True


def _count(names: list[str]) -> str:
    return f"namespace {names[0]}" if len(names) == 1 else f"{len(names)} namespaces"
