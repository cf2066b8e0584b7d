"""PromQL that is asked, and the scope it is asked about."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from policies.document import Scope

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

Key = tuple[str, ...]
Vector = Mapping[Key, float]
"""Values by the labels that an expression is grouped by."""


@dataclass(frozen=True)
class Expression:
    """A query under a name; `labels` are what its rows are told apart by."""

    name: str
    query: str
    labels: Key


@dataclass(frozen=True)
class SeriesScope:
    """The namespaces of a policy, as Prometheus matches them. `extra` are matchers that every series must meet."""

    include: tuple[str, ...]
    exclude: tuple[str, ...] = ()
    extra: str = ""

    @classmethod
    def of(cls, scope: Scope, extra: str = "") -> "SeriesScope":
        """A policy's scope. Namespace patterns hold nothing that a regular expression would read otherwise."""
        return cls(tuple(sorted(scope.namespaces.include)), tuple(sorted(scope.namespaces.exclude)), extra)

    def matchers(self, *more: str) -> str:
        """Label matchers for series that carry a namespace."""
        own = [f'namespace=~"{_as_regex(self.include)}"']
        if self.exclude:
            own.append(f'namespace!~"{_as_regex(self.exclude)}"')
        return ",".join([*own, *more, *([self.extra] if self.extra else [])])


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


def _as_regex(patterns: tuple[str, ...]) -> str:
    return "|".join(pattern.replace("*", ".*") for pattern in patterns)
