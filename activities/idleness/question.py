"""What is asked of Prometheus for one idle window: a number of expressions that no workload adds to."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from activities.idleness.pod_series import COUNTERS, DEPLOYMENT, HOUR, POD_SERIES, Answers, CpuSeries, zero_before
from activities.idleness.request_series import REQUEST_SERIES, RequestSeries, presence
from activities.idleness.restart_series import ask_restarts
from activities.prometheus.expressions import Expression, SeriesScope
from policies.idleness.season import WEEKS
from policies.idleness.terms import WEEK, IdleTerms
from policies.policy.document import SeasonGate
from policies.wording import count

SEEN, ZERO = "seen", "zero"


@dataclass(frozen=True)
class IdlenessQuestion:
    """An idle window over a scope, and how many hours of past weeks are looked at; 0: they are not."""

    scope: SeriesScope
    window: timedelta
    hours: timedelta

    @classmethod
    def of(cls, terms: IdleTerms, scope: SeriesScope) -> "IdlenessQuestion":
        """Past weeks are asked at the last full hour, for an hour more, so that the answers can be kept for an hour."""
        whole = -(-terms.horizon // HOUR) * HOUR + HOUR
        return cls(scope, terms.window, timedelta(0) if terms.gate is SeasonGate.OFF else min(whole, WEEK))

    @property
    def weeks(self) -> range:
        """How many weeks ago each past week is that is looked at."""
        return range(1, WEEKS + 1 if self.hours else 1)

    def presence(self) -> Expression:
        """The expression that tells which proxies count requests."""
        return presence(self.window)

    def of_window(self, proxies: tuple[RequestSeries, ...]) -> Iterator[Expression]:
        """The expressions about the window."""
        for series in POD_SERIES:
            yield from series.of_window(self.scope, self.window)
        for proxy in proxies:
            yield from proxy.of_window(self.scope, self.window)

    def of_crashes(self) -> tuple[Expression, ...]:
        """The expressions about pods in a crash loop."""
        return ask_restarts(self.scope, self.window)

    def of_past(self, proxies: tuple[RequestSeries, ...]) -> Iterator[Expression]:
        """The expressions about past weeks."""
        for weeks_ago in self.weeks:
            offset = weeks_ago * WEEK - self.hours
            queries = {series.signal: series.peak_before(self.scope, self.hours, offset) for series in COUNTERS}
            queries[SEEN] = CpuSeries().seen_before(self.scope, self.hours, offset)
            queries[ZERO] = zero_before(self.scope, self.hours, offset)
            for what, query in queries.items():
                yield Expression(past(what, weeks_ago), query, DEPLOYMENT)
            for proxy in proxies:
                query = proxy.count(self.scope, self.hours, offset)
                yield Expression(past(proxy.metric, weeks_ago), query, proxy.labels)


def past(what: str, weeks_ago: int) -> str:
    """The name of an expression about a past week."""
    return f"{what} {count(weeks_ago, 'week')} ago"


def present_proxies(answers: Answers) -> tuple[RequestSeries, ...]:
    """The proxies whose counters are there."""
    there = {key[0] for vector in answers.values() for key in vector}
    return tuple(proxy for proxy in REQUEST_SERIES if proxy.metric in there)
