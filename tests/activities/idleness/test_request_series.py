"""Requests as real proxies count them, in a real Prometheus."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from cases import workload
from idlemonth import connected
from prometheusserver import running_prometheus, write_blocks

from activities.idleness.request_series import (
    EnvoyGatewaySeries,
    IngressNginxSeries,
    IstioSeries,
    LinkerdSeries,
    RequestSeries,
    presence,
)
from activities.kube.objects.routing import Routing
from activities.prometheus.client import Prometheus
from activities.prometheus.expressions import Filters, SeriesScope
from policies.idleness.readings import Reading
from policies.workload import WorkloadRef
from worker.settings.values import SHIPPED_UNCOUNTED

END = datetime(2025, 11, 24, tzinfo=UTC)
SPAN = timedelta(hours=48)
SCOPE = SeriesScope(("*",), filters=Filters(uncounted=("route:health",)))
STEPS = int(timedelta(hours=60) / timedelta(minutes=5))
WINDOW = int(SPAN / timedelta(minutes=5))


def istio(workload: str, reporter: str = "destination", **more: str) -> str:
    labels = {"reporter": reporter, "destination_workload_namespace": "shop", "destination_workload": workload, **more}
    return labelled("istio_requests_total", **labels)


def linkerd(deployment: str, direction: str = "inbound", route: str = "default", **more: str) -> str:
    labels = {"direction": direction, "namespace": "shop", "deployment": deployment, "route_name": route, **more}
    return labelled("request_total", **labels)


def nginx(**labels: str) -> str:
    return labelled("nginx_ingress_controller_requests", **labels)


def envoy(cluster: str) -> str:
    return labelled("envoy_cluster_upstream_rq_total", envoy_cluster_name=cluster)


def labelled(metric: str, **labels: str) -> str:
    return metric + "{" + ",".join(f'{name}="{value}"' for name, value in labels.items()) + "}"


SAME, RISING = [5] * STEPS, list(range(STEPS))
SERIES: dict[str, list[int]] = {
    istio("quiet"): SAME,
    istio("quiet", reporter="source"): RISING,
    istio("used"): [7 + max(0, step - STEPS + 13) for step in range(STEPS)],
    istio("once"): [1] * 30,
    istio("restarted"): [90] * (STEPS - 50) + [0] * 50,
    linkerd("quiet"): SAME,
    linkerd("quiet", route="probe"): RISING,
    linkerd("quiet", direction="outbound"): RISING,
    linkerd("used"): RISING,
    nginx(namespace="ingress", service="controller", exported_namespace="shop", exported_service="front"): RISING,
    nginx(namespace="shop", service="plain"): SAME,
    envoy("httproute/shop/known/rule/0"): RISING,
    envoy("httproute/shop/quiet/rule/0"): SAME,
    envoy("httproute/lost/unknown/rule/0"): RISING,
    envoy("httproute/calm/unknown/rule/0"): SAME,
    envoy("httproute/shop/health/rule/0"): RISING,
    envoy("xds_cluster"): RISING,
    istio("scraped", source_workload="prometheus-server"): RISING,
    istio("scraped", source_workload="front"): SAME,
    istio("used-by-name", source_workload="my-prometheus"): RISING,
    linkerd("scraped", client_id="prometheus.linkerd-viz.serviceaccount.identity.linkerd.cluster.local"): RISING,
    linkerd("scraped", client_id="default.shop.serviceaccount.identity.linkerd.cluster.local"): SAME,
    linkerd("probed", route="healthz"): RISING,
    linkerd("probed"): SAME,
    nginx(namespace="shop", service="checked", path="/healthz", ingress="checked"): RISING,
    nginx(namespace="shop", service="checked", path="/", ingress="checked"): SAME,
}
"""Their values, one every five minutes, the last of them at END."""
METRICS = {series.partition("{")[0] for series in SERIES}
ROUTING = Routing(
    services={
        "shop": (("front", {"app": "web"}), ("plain", {"app": "quiet"}), ("checked", {"app": "checked"})),
    },
    routes={
        ("shop", "known"): frozenset({("shop", "front")}),
        ("shop", "quiet"): frozenset({("shop", "plain")}),
        ("shop", "health"): frozenset({("shop", "plain")}),
    },
)


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    folder = tmp_path_factory.mktemp("requests")
    lines = []
    for name in METRICS:
        lines.append(f"# TYPE {name} unknown")
        for series, values in SERIES.items():
            if series.startswith(f"{name}{{"):
                first = END.timestamp() - 300 * (len(values) - 1)
                lines += [f"{series} {value} {first + 300 * step:.0f}" for step, value in enumerate(values)]
    text = folder / "requests.om"
    text.write_text("\n".join([*lines, "# EOF\n"]))
    write_blocks(text, folder / "data")
    with running_prometheus(folder / "data") as server, connected(server.url) as client:
        yield Prometheus(client)


def read(
    prometheus: Prometheus,
    series: RequestSeries,
    name: str,
    namespace: str = "shop",
    routing: Routing = ROUTING,
    scope: SeriesScope = SCOPE,
) -> Reading | None:
    deadline = prometheus.deadline(60)
    answers = {each.name: prometheus.query(each, END, deadline) for each in series.of_window(scope, SPAN)}
    of = workload(ref=WorkloadRef(namespace=namespace, name=name), template_labels={"app": name})
    return series.read(answers, of, routing, SPAN)


@pytest.mark.parametrize(
    ("series", "name", "count"),
    [
        pytest.param(IstioSeries(), "quiet", 0, id="Istio: none, as the receiving side counts"),
        pytest.param(IstioSeries(), "used", 12, id="Istio: some"),
        pytest.param(IstioSeries(), "once", 1, id="Istio: one, with which its series began"),
        pytest.param(IstioSeries(), "restarted", 0, id="Istio: a restart is no request"),
        pytest.param(IstioSeries(), "stranger", None, id="Istio: nothing known"),
        pytest.param(LinkerdSeries(), "quiet", 0, id="Linkerd: probes are no requests"),
        pytest.param(LinkerdSeries(), "used", WINDOW, id="Linkerd: some"),
        pytest.param(IngressNginxSeries(), "web", WINDOW, id="ingress-nginx: by the exported labels and the Service"),
        pytest.param(IngressNginxSeries(), "quiet", 0, id="ingress-nginx: none"),
        pytest.param(IngressNginxSeries(), "stranger", None, id="ingress-nginx: behind no Service"),
        pytest.param(EnvoyGatewaySeries(), "web", WINDOW, id="Envoy Gateway: by route and Service"),
        pytest.param(EnvoyGatewaySeries(), "quiet", 0, id="Envoy Gateway: none"),
        pytest.param(EnvoyGatewaySeries(), "stranger", None, id="Envoy Gateway: behind no route"),
    ],
)
def test_requests_are_counted_for_those_they_reach(
    prometheus: Prometheus, series: RequestSeries, name: str, count: float | None
) -> None:
    reading = read(prometheus, series, name)
    assert (None if reading is None else reading.mean) == (None if count is None else pytest.approx(count, rel=0.02))
    assert reading is None or reading.coverage == 1


@pytest.mark.parametrize(
    ("series", "name", "uncounted", "count"),
    [
        pytest.param(IstioSeries(), "scraped", (), WINDOW, id="Istio: a scraper counts where nobody names it"),
        pytest.param(IstioSeries(), "scraped", SHIPPED_UNCOUNTED, 0, id="Istio: by default it does not"),
        pytest.param(IstioSeries(), "used-by-name", SHIPPED_UNCOUNTED, WINDOW, id="Istio: a name that only ends so"),
        pytest.param(IstioSeries(), "used", SHIPPED_UNCOUNTED, 12, id="Istio: who does not say where it is from"),
        pytest.param(LinkerdSeries(), "scraped", SHIPPED_UNCOUNTED, 0, id="Linkerd: a scraper's identity"),
        pytest.param(LinkerdSeries(), "probed", SHIPPED_UNCOUNTED, WINDOW, id="Linkerd: a route"),
        pytest.param(LinkerdSeries(), "probed", ("route:health*",), 0, id="Linkerd: a route that is named"),
        pytest.param(IngressNginxSeries(), "checked", (), WINDOW, id="ingress-nginx: a path"),
        pytest.param(IngressNginxSeries(), "checked", ("path:/healthz",), 0, id="ingress-nginx: a path that is named"),
        pytest.param(IngressNginxSeries(), "checked", ("path:/health",), WINDOW, id="ingress-nginx: a longer path"),
        pytest.param(IngressNginxSeries(), "checked", ("route:checked",), None, id="ingress-nginx: an ingress"),
        pytest.param(EnvoyGatewaySeries(), "quiet", (), WINDOW, id="Envoy Gateway: a route"),
        pytest.param(EnvoyGatewaySeries(), "quiet", ("route:health",), 0, id="Envoy Gateway: a route that is named"),
    ],
)
def test_what_does_not_count_can_be_named(
    prometheus: Prometheus, series: RequestSeries, name: str, uncounted: tuple[str, ...], count: float | None
) -> None:
    scope = SeriesScope(("*",), filters=Filters(uncounted=uncounted))
    reading = read(prometheus, series, name, scope=scope)
    assert (None if reading is None else reading.mean) == (None if count is None else pytest.approx(count, rel=0.02))


@pytest.mark.parametrize(
    ("namespace", "found"), [("lost", True), ("calm", False), ("shop", False)], ids=["busy", "calm", "another's"]
)
def test_requests_that_nobody_can_place_count_for_everybody_in_the_namespace(
    prometheus: Prometheus, namespace: str, found: bool
) -> None:
    reading = read(prometheus, EnvoyGatewaySeries(), "anybody", namespace)
    assert (reading is not None and reading.mean > 0) is found


def test_without_the_right_to_list_services_requests_to_one_count_for_the_whole_namespace(
    prometheus: Prometheus,
) -> None:
    reading = read(prometheus, IngressNginxSeries(), "anybody", routing=Routing())
    assert reading is not None
    assert reading.mean == pytest.approx(2 * WINDOW, rel=0.02), "to two of its Services"


def test_only_proxies_whose_series_are_there_are_asked(prometheus: Prometheus) -> None:
    there = prometheus.query(presence(SPAN), END, prometheus.deadline(60))
    assert {name for (name,) in there} == METRICS
    assert prometheus.query(presence(SPAN), END - timedelta(days=30), prometheus.deadline(60)) == {}


def test_a_proxy_that_stopped_meanwhile_has_seen_only_a_part(prometheus: Prometheus) -> None:
    later = END + timedelta(hours=24)
    deadline, series = prometheus.deadline(60), IstioSeries()
    assert ("istio_requests_total",) in prometheus.query(presence(SPAN), later, deadline)
    answers = {each.name: prometheus.query(each, later, deadline) for each in series.of_window(SCOPE, SPAN)}
    of = workload(ref=WorkloadRef(namespace="shop", name="quiet"))
    reading = series.read(answers, of, ROUTING, SPAN)
    assert reading is not None
    assert reading.coverage == pytest.approx(0.5, abs=0.01)
