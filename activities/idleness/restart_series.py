"""Restarts as kube-state-metrics counts them: whether a pod was in a crash loop for all of a span.

Kubernetes itself tells the last restart alone. Asked only where a pod is in a crash loop at this moment.
"""

import math
from datetime import timedelta

from activities.idleness.pod_series import POD, Answers
from activities.prometheus.expressions import Expression, Key, SeriesScope, over, seconds, share
from policies.idleness.crashes import LONGEST_LIFE
from policies.idleness.terms import COVERAGE

_METRIC = "kube_pod_container_status_restarts_total"
_LEAST, _SEEN = "restarts least", "restarts seen"
_ONE = 0.5
"""Prometheus extrapolates, so that one can be less."""


def ask_restarts(scope: SeriesScope, span: timedelta) -> tuple[Expression, ...]:
    """The fewest restarts of any container in any quarter of an hour of the span, and how much of it was seen."""
    restarts = f"min by (namespace, pod) (increase({_METRIC}{{{scope.matchers()}}}[{seconds(LONGEST_LIFE)}]))"
    return (
        Expression(_LEAST, over("min_over_time", restarts, span), POD),
        Expression(_SEEN, over("count_over_time", restarts, span), POD),
    )


def crashed_throughout(answers: Answers, pod: Key, span: timedelta) -> bool:
    """Whether every container of a pod restarted in every quarter of an hour of the span; False where that was not
    asked or not counted.
    """
    least, seen = (answers.get(name, {}).get(pod, math.nan) for name in (_LEAST, _SEEN))
    return math.isfinite(seen) and share(seen, span) >= COVERAGE and least >= _ONE
