"""HTTP requests, as ingresses, gateways and meshes count them. Only those whose series are there are asked."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import ClassVar

from activities.idleness.pod_series import Answers
from activities.kube.objects.routing import Routing
from activities.prometheus.expressions import (
    Expression,
    Key,
    SeriesScope,
    Vector,
    as_regex,
    over,
    seconds,
    share,
    shifted,
)
from policies.idleness.readings import Reading
from policies.idleness.signal import REQUESTS
from policies.workload import Workload


class RequestSeries:
    """The request counter of one kind of proxy."""

    source: ClassVar[str]
    metric: ClassVar[str]
    labels: ClassVar[Key]
    matchers: ClassVar[str] = ""
    told_by: ClassVar[Mapping[str, tuple[str, str]]] = {}
    """The label that tells a source, route or path, and the regular expression of a name in it."""

    def of_window(self, scope: SeriesScope, span: timedelta) -> tuple[Expression, ...]:
        """How many requests came, and how much of the span the proxy's counters were seen."""
        return (
            Expression(self._name("count"), self.count(scope, span), self.labels),
            Expression(self._name("seen"), over("count_over_time", f"count({self._chosen(scope)})", span), ()),
        )

    def count(self, scope: SeriesScope, span: timedelta, offset: timedelta = timedelta(0)) -> str:
        """Requests by label. A counter appears with its first request, so what was not there before counts whole."""
        series, begin = self._chosen(scope), shifted(span + offset)
        window = f"{series}[{seconds(span)}]{shifted(offset)}"
        born = f"(last_over_time({window}) unless ({series}{begin}))"
        return f"sum by ({', '.join(self.labels)}) ({born} or increase({window}))"

    def read(self, answers: Answers, workload: Workload, routing: Routing, span: timedelta) -> Reading | None:
        """The reading of a workload, or None where no requests are known to be its own."""
        count = self.sum_for(answers[self._name("count")], workload, routing)
        if count is None:
            return None
        if not math.isfinite(count) or count < 0:
            return Reading(source=self.source, coverage=0, fault="its figures are not numbers")
        seen = answers[self._name("seen")].get((), 0)
        return Reading(source=self.source, mean=count, coverage=share(seen, span))

    def sum_for(self, counted: Vector, workload: Workload, routing: Routing) -> float | None:
        """The requests that reach a workload. Those that cannot be placed count for every workload of their namespace,
        but a lack of them says nothing about any.
        """
        total: float | None = None
        for key, count in counted.items():
            reaches = self.leads_to(dict(zip(self.labels, key, strict=True)), workload, routing)
            if reaches or (reaches is None and count > 0):
                total = (total or 0) + count
        return total

    def leads_to(self, labels: dict[str, str], workload: Workload, routing: Routing) -> bool | None:
        """Whether requests under these labels reach the workload; None where that cannot be told."""
        raise NotImplementedError

    def _chosen(self, scope: SeriesScope) -> str:
        parts = (self.matchers, *self._without(scope.filters.uncounted), scope.filters.extra)
        return f"{self.metric}{{{','.join(part for part in parts if part)}}}"

    def _without(self, uncounted: Iterable[str]) -> Iterator[str]:
        """Matchers that leave out what does not count. A series without such a label counts."""
        for kind, (label, template) in self.told_by.items():
            named = [each.partition(":")[2] for each in uncounted if each.startswith(f"{kind}:")]
            if named:
                yield f'{label}!~"{template.format(f"(?:{as_regex(named)})")}"'

    def _name(self, statistic: str) -> str:
        return f"{REQUESTS} {self.metric} {statistic}"


class IngressNginxSeries(RequestSeries):
    """ingress-nginx, by Service. Where Prometheus keeps its own labels, the counter's are the exported ones."""

    source = "ingress-nginx"
    metric = "nginx_ingress_controller_requests"
    labels = ("exported_namespace", "namespace", "exported_service", "service")
    told_by: ClassVar = {"route": ("ingress", "{}"), "path": ("path", "{}")}

    def leads_to(self, labels: dict[str, str], workload: Workload, routing: Routing) -> bool | None:
        """By the Service's selector."""
        namespace = labels["exported_namespace"] or labels["namespace"]
        return routing.service_leads_to((namespace, labels["exported_service"] or labels["service"]), workload)


class IstioSeries(RequestSeries):
    """Istio, as the receiving side counts. Probes go past it."""

    source = "Istio"
    metric = "istio_requests_total"
    labels = ("destination_workload_namespace", "destination_workload")
    matchers = 'reporter="destination"'
    told_by: ClassVar = {"source": ("source_workload", "{}")}

    def leads_to(self, labels: dict[str, str], workload: Workload, routing: Routing) -> bool | None:  # noqa: ARG002
        """By name."""
        return tuple(labels.values()) == (workload.ref.namespace, workload.ref.name)


class LinkerdSeries(RequestSeries):
    """Linkerd, as the receiving side counts. What it knows to be probes is left out."""

    source = "Linkerd"
    metric = "request_total"
    labels = ("namespace", "deployment")
    matchers = 'direction="inbound",route_name!="probe"'
    told_by: ClassVar = {"source": ("client_id", "{}[.].+"), "route": ("route_name", "{}")}

    def leads_to(self, labels: dict[str, str], workload: Workload, routing: Routing) -> bool | None:  # noqa: ARG002
        """By name."""
        return tuple(labels.values()) == (workload.ref.namespace, workload.ref.name)


class EnvoyGatewaySeries(RequestSeries):
    """Envoy Gateway, by route: `httproute/<namespace>/<name>/rule/0`."""

    source = "Envoy Gateway"
    metric = "envoy_cluster_upstream_rq_total"
    labels = ("envoy_cluster_name",)
    matchers = 'envoy_cluster_name=~"httproute/.+"'
    told_by: ClassVar = {"route": ("envoy_cluster_name", "httproute/[^/]+/{}/.+")}

    _route = re.compile(r"httproute/([^/]+)/([^/]+)/.*")

    def leads_to(self, labels: dict[str, str], workload: Workload, routing: Routing) -> bool | None:
        """By the Services behind the route."""
        route = self._route.fullmatch(labels["envoy_cluster_name"])
        return False if route is None else routing.route_leads_to((route[1], route[2]), workload)


REQUEST_SERIES: tuple[RequestSeries, ...] = (
    IngressNginxSeries(),
    IstioSeries(),
    LinkerdSeries(),
    EnvoyGatewaySeries(),
)


def presence(span: timedelta) -> Expression:
    """Which of them are there: now, or when the span began. One that stopped meanwhile is in doubt, not absent."""
    chosen = '{{__name__=~"{}"}}'.format("|".join(series.metric for series in REQUEST_SERIES))
    query = f"count by (__name__) ({chosen}) or count by (__name__) ({chosen}{shifted(span)})"
    return Expression(f"{REQUESTS} sources", query, ("__name__",))
