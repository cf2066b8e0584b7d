"""PromQL that is asked, and the scope it is asked about."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from policies.policy.document import Scope

STEP = timedelta(minutes=5)
"""Between two looks at a rate."""
RATE = timedelta(minutes=10)
"""What a rate is the mean of. Twice the step, so that no sample falls between two looks; a scrape every 5 minutes is
the slowest that still gives one."""

_NAME = "[bcdfghjklmnpqrstvwxz2456789]"
"""The letters that Kubernetes makes names of."""
POD_OF_DEPLOYMENT = f"(.+)-{_NAME}{{1,10}}-{_NAME}{{5}}"
"""The name of a Deployment's pod: its own, the hash of its template, and five letters. Of a pod that is gone this is
all there is; where it errs, a workload is credited with activity of another one."""
_POD_NAME = re.compile(POD_OF_DEPLOYMENT)

_LONGEST_POD, _SURELY_LEFT = 63, 46
"""Characters. Longer names of pods are cut: what is surely left of the Deployment's is 63 less a dash, a hash of ten,
another dash and five letters."""

Key = tuple[str, ...]
Vector = Mapping[Key, float]
"""Values by the labels that an expression is grouped by."""


def name_in_pod(pod: str) -> str | None:
    """The Deployment's name that a pod's name tells: all of it, or its beginning with a * behind; None where it tells
    neither.
    """
    if len(pod) == _LONGEST_POD:
        return f"{pod[:_SURELY_LEFT]}*"
    told = _POD_NAME.fullmatch(pod)
    return None if told is None else told[1]


def names_in_pods(deployment: str) -> tuple[str, ...]:
    """What the names of its pods may tell. Deployments that begin alike share the second: in doubt it was theirs."""
    return (deployment,) if len(deployment) < _SURELY_LEFT else (deployment, f"{deployment[:_SURELY_LEFT]}*")


def with_deployment(series: str) -> str:
    """An expression over pods with a label `deployment`, as `name_in_pod` tells it."""
    told = f'label_replace({series}, "deployment", "$1", "pod", "{POD_OF_DEPLOYMENT}")'
    cut = f"(.{{{_SURELY_LEFT}}}).{{{_LONGEST_POD - _SURELY_LEFT}}}"
    return f'label_replace({told}, "deployment", "$1*", "pod", "{cut}")'


@dataclass(frozen=True)
class Filters:
    """What of all series counts: `extra` are matchers that every one must meet, `uncounted` are requests that do not
    count, as `source:`, `route:` or `path:` and a name in which * stands for any characters.
    """

    extra: str = ""
    uncounted: tuple[str, ...] = ()


ALL = Filters()
"""No series is left out."""


@dataclass(frozen=True)
class Expression:
    """A query under a name; `labels` are what its rows are told apart by."""

    name: str
    query: str
    labels: Key


@dataclass(frozen=True)
class SeriesScope:
    """The namespaces of a policy, as Prometheus matches them, and what else must be so of a series."""

    include: tuple[str, ...]
    exclude: tuple[str, ...] = ()
    filters: Filters = ALL

    @classmethod
    def of(cls, scope: Scope, filters: Filters) -> "SeriesScope":
        """A policy's scope. Namespace patterns hold nothing that a regular expression would read otherwise."""
        return cls(tuple(sorted(scope.namespaces.include)), tuple(sorted(scope.namespaces.exclude)), filters)

    def matchers(self, *more: str) -> str:
        """Label matchers for series that carry a namespace."""
        own = [f'namespace=~"{as_regex(self.include)}"']
        if self.exclude:
            own.append(f'namespace!~"{as_regex(self.exclude)}"')
        return ",".join([*own, *more, *([self.filters.extra] if self.filters.extra else [])])


def seconds(span: timedelta) -> str:
    """A duration as PromQL writes it."""
    return f"{int(span.total_seconds())}s"


def over(function: str, inner: str, span: timedelta, offset: timedelta = timedelta(0)) -> str:
    """A function over the values that an expression had every five minutes within a span."""
    return f"{function}(({inner})[{seconds(span)}:{seconds(STEP)}]{shifted(offset)})"


def shifted(offset: timedelta) -> str:
    """The modifier that looks so far back."""
    return f" offset {seconds(offset)}" if offset else ""


def share(count: float, span: timedelta) -> float:
    """How much of a span so many looks cover, 0 to 1."""
    return min(1.0, count * STEP.total_seconds() / span.total_seconds())


def as_regex(patterns: Iterable[str]) -> str:
    """Patterns of letters, digits and a few signs, in which * stands for any characters."""
    return "|".join(pattern.replace(".", "[.]").replace("*", ".*") for pattern in patterns)
