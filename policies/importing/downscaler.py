"""What py-kube-downscaler was told, as policies that never let anything sleep where that tool does not.

Its rule is "up in uptime, except in downtime", from annotations on a Deployment, else on its Namespace, else from its
own options. A Deployment whose rule differs from its namespace's gets a policy of its own where a label tells it apart.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from policies.annotations import EXCLUDE_UNTIL
from policies.durations import format_duration
from policies.importing.downscaler_options import DownscalerOptions
from policies.importing.drafts import Draft, Foreign, Imported, LeftOut, exclude, telling_label
from policies.importing.scopes import (
    ForeignScope,
    ForeignSurroundings,
    as_wildcards,
    drafts_of,
    is_looked_at,
    read_labels,
)
from policies.importing.time_specs import Defaults, read_until
from policies.importing.uptimes import PREFIX, Rule, Schedule, read_force, schedule_of
from policies.importing.week_spans import ALWAYS
from policies.problems import FieldError, shown
from policies.times import to_rfc3339

TOOL = "py-kube-downscaler"


def import_downscaler(
    namespaces: Iterable[Foreign],
    deployments: Iterable[Foreign],
    options: DownscalerOptions,
    now: datetime,
    pods: Iterable[Foreign] | None = (),
) -> Imported:
    """The policies that do what the downscaler does to these, and what they cannot do. `pods` are those that run, or
    None where they cannot be listed.
    """
    return _DownscalerImport(options, now, pods).run(sorted(namespaces, key=str), deployments)


class _DownscalerImport:
    def __init__(self, options: DownscalerOptions, now: datetime, pods: Iterable[Foreign] | None) -> None:
        self._options = options
        self._now = now
        self._defaults = Defaults(zone=options.default_timezone, weekframe=options.default_weekframe)
        self._left_out: list[LeftOut] = []
        self._forcing = self._find_forcing(pods)
        self._commands: list[str] = []
        self._read: dict[Rule, tuple[Schedule, tuple[str, ...]]] = {}

    def run(self, namespaces: list[Foreign], deployments: Iterable[Foreign]) -> Imported:
        """Import everything."""
        options = self._options
        try:
            labels = read_labels(options.matching_labels)
        except FieldError as error:
            return Imported(left_out=(LeftOut(object=TOOL, field="--matching-labels", reason=str(error)),))
        inside: dict[str, list[Foreign]] = defaultdict(list)
        for deployment in sorted(deployments, key=str):
            inside[deployment.namespace].append(deployment)
        scopes = [scope for each in namespaces for scope in self._import_namespace(each, inside[each.name])]
        around = ForeignSurroundings(
            tool=TOOL,
            default=options.rule,
            namespaces=[each.name for each in namespaces],
            never=self._patterns(),
            labels=labels,
            spec={"cooldownWindow": format_duration(max(options.grace_period, timedelta(seconds=1)))},
        )
        drafts = list[Draft]()
        for made in drafts_of(scopes, around):
            drafts += [made] if isinstance(made, Draft) else []
            self._left_out += [made] if isinstance(made, LeftOut) else []
        return Imported(drafts=tuple(drafts), commands=tuple(self._commands), left_out=tuple(self._left_out))

    def _find_forcing(self, pods: Iterable[Foreign] | None) -> list[Foreign]:
        """The pods that keep everything awake while they run."""
        if pods is None:
            reason = "pods may not be listed, so it is not known whether one keeps everything awake"
            self._left_out.append(LeftOut(object=TOOL, field=PREFIX + "force-uptime", reason=reason))
        only = self._options.namespace
        found = [
            each
            for each in pods or ()
            if each.annotations.get(PREFIX + "force-uptime", "").lower() == "true"
            and (not only or each.namespace in only)
        ]
        for pod in found:
            self._leave(pod, "force-uptime", "this pod keeps everything awake while it runs; import again without it")
        return found

    def _patterns(self) -> tuple[str, ...] | None:
        """Namespaces that it never looks at, also among those to come; None where a policy cannot say which."""
        found = None if self._options.namespace else as_wildcards(self._options.exclude_namespaces)
        if found is None and not self._options.namespace:
            self._left_out.append(
                LeftOut(
                    object=TOOL,
                    field="--exclude-namespaces",
                    reason="a policy cannot express these patterns, so namespaces that come later are in no policy",
                )
            )
        return found

    def _import_namespace(self, namespace: Foreign, inside: list[Foreign]) -> Iterator[ForeignScope]:
        if self._is_excluded(namespace) or self._is_forced_up(namespace):
            return
        forced = namespace.annotations.get(PREFIX + "force-uptime", "false")
        rule = self._options.rule.under(namespace.annotations)._replace(force_uptime=forced)
        schedule = self._schedule(namespace, rule)
        around = ForeignScope(namespace.name, rule, schedule)
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

    def _is_forced_up(self, namespace: Foreign) -> bool:
        """Whether all of it is kept up regardless of its times, or that cannot be read."""
        try:
            up = read_force(namespace.annotations.get(PREFIX + "force-uptime", "false"), self._defaults, self._now)
            name, down = "force-downtime", namespace.annotations.get(PREFIX + "force-downtime", "false")
            read_force(down, self._defaults, self._now)
        except FieldError as error:
            self._leave(namespace, "force-uptime, force-downtime", f"{error}; so it is in no policy")
            return True
        if up.week == ALWAYS:
            self._leave(namespace, "force-uptime", "keeps all of it awake, so it is in no policy")
            return True
        if down.lower() not in {"", "false"}:
            self._leave(namespace, name, f"{shown(down)} overrules its times; here a person does that (finops pause)")
        return bool(self._forcing) and PREFIX + "force-uptime" not in namespace.annotations

    def _import_deployment(self, one: Foreign, neighbours: list[Foreign], around: ForeignScope) -> ForeignScope | None:
        """Its own scope, where its rule is not its namespace's."""
        if not is_looked_at(one, self._options.matching_labels):
            return None
        if one.annotations.get(PREFIX + "original-replicas") and one.spec.get("replicas") == 0:
            self._leave(one, "original-replicas", f"it sleeps under {TOOL} now; let that wake it before you switch")
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
            self._leave(one, "downtime", "its own times need a label that it alone has; without one it is kept awake")
            self._keep_awake(one, around)
            return None
        return ForeignScope(one.namespace, rule, schedule, {"matchLabels": dict([label])})

    def _keep_awake(self, one: Foreign, around: ForeignScope) -> None:
        if around.schedule:
            self._commands.append(exclude(one))

    def _is_excluded(self, namespace: Foreign) -> bool:
        only = self._options.namespace
        if only and namespace.name not in only:
            return True
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
                self._read[rule] = schedule_of(rule, self._defaults, self._now)
            except FieldError as error:
                self._read[rule] = {}, (str(error),)
        schedule, problems = self._read[rule]
        for problem in problems:
            self._leave(of, str(rule), problem)
        return schedule

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
