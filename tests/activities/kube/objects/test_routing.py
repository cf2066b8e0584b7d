from collections.abc import Callable
from typing import Any

import pytest
from cases import workload

from activities.kube.objects.routing import Routing, read_routing
from activities.kube.transport import KubeTransport
from localcluster import LocalCluster

WEB = workload(namespace="shop", name="web", template_labels={"app": "web", "tier": "front"})
SERVICES = {"shop": (("front", {"app": "web"}), ("other", {"app": "other"}))}
ROUTES = {
    ("shop", "r"): frozenset({("shop", "front")}),
    ("gate", "far"): frozenset({("shop", "front"), ("gate", "x")}),
    ("shop", "o"): frozenset({("shop", "other")}),
}


@pytest.mark.parametrize(
    ("routing", "service", "leads"),
    [
        (Routing(SERVICES, {}), ("shop", "front"), True),
        (Routing(SERVICES, {}), ("shop", "other"), False),
        (Routing(SERVICES, {}), ("shop", "gone"), False),
        (Routing(SERVICES, {}), ("depot", "front"), False),
        (Routing(None, {}), ("shop", "front"), None),
        (Routing(None, {}), ("depot", "front"), False),
    ],
    ids=["selects it", "selects others", "is gone", "another namespace", "not listed", "not listed, and elsewhere"],
)
def test_a_service_leads_to_the_pods_it_selects(routing: Routing, service: tuple[str, str], leads: bool | None) -> None:
    assert routing.service_leads_to(service, WEB) is leads


@pytest.mark.parametrize(
    ("routing", "route", "leads"),
    [
        (Routing(SERVICES, ROUTES), ("shop", "r"), True),
        (Routing(SERVICES, ROUTES), ("gate", "far"), True),
        (Routing(SERVICES, ROUTES), ("shop", "o"), False),
        (Routing(SERVICES, ROUTES), ("shop", "gone"), None),
        (Routing(SERVICES, ROUTES), ("depot", "gone"), False),
        (Routing(SERVICES, None), ("shop", "r"), None),
        (Routing(None, ROUTES), ("shop", "r"), None),
    ],
    ids=["by its Service", "from elsewhere", "to others", "is gone", "is gone elsewhere", "not listed", "no Services"],
)
def test_a_route_leads_where_its_services_do(routing: Routing, route: tuple[str, str], leads: bool | None) -> None:
    assert routing.route_leads_to(route, WEB) is leads


def service(namespace: str, name: str, selector: dict[str, str] | None) -> dict[str, Any]:
    spec = {"ports": [{"port": 80}]} | ({} if selector is None else {"selector": selector})
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"namespace": namespace, "name": name}, "spec": spec}


@pytest.mark.cluster
def test_services_are_listed_and_routes_need_not_exist(
    cluster: LocalCluster, transport: KubeTransport, namespace: str
) -> None:
    cluster.objects.create(service(namespace, "front", {"app": "web"}))
    cluster.objects.create(service(namespace, "manual", None))
    routing = read_routing(transport)
    assert routing.services is not None
    assert routing.services[namespace] == (("front", {"app": "web"}),)
    assert routing.routes == {}


@pytest.mark.cluster
def test_without_the_rights_nothing_is_known(as_service_account: Callable[..., KubeTransport]) -> None:
    assert read_routing(as_service_account()) == Routing(services=None, routes=None)
