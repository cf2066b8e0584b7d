"""Which Deployments a Service or an HTTPRoute sends its requests to, by selectors."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import Field

from activities.errors import NotFound
from activities.kube.lists import KubeModel, list_if_allowed
from activities.kube.transport import KubeTransport
from policies.workload import Workload

_SERVICES = "/api/v1/services"
_ROUTES = "/apis/gateway.networking.k8s.io/v1/httproutes"

Name = tuple[str, str]
"""Namespace and name."""


class _RouteMeta(KubeModel):
    namespace: str = ""
    name: str = ""


class _RoutedSpec(KubeModel):
    selector: dict[str, str] | None = None


class _RoutedService(KubeModel):
    metadata: _RouteMeta
    spec: _RoutedSpec = _RoutedSpec()


class _Backend(KubeModel):
    kind: str = "Service"
    namespace: str = ""
    name: str = ""


class _Rule(KubeModel):
    backends: tuple[_Backend, ...] | None = Field(default=None, alias="backendRefs")


class _RouteSpec(KubeModel):
    rules: tuple[_Rule, ...] | None = None


class _Route(KubeModel):
    metadata: _RouteMeta
    spec: _RouteSpec = _RouteSpec()


@dataclass(frozen=True)
class Routing:
    """Services by namespace with their selectors, and the Services behind each route. None: they may not be listed."""

    services: Mapping[str, tuple[tuple[str, Mapping[str, str]], ...]] | None = None
    routes: Mapping[Name, frozenset[Name]] | None = None

    def service_leads_to(self, service: Name, workload: Workload) -> bool | None:
        """Whether a Service's requests reach the workload's pods; None where that cannot be told."""
        namespace, name = service
        if namespace != workload.ref.namespace:
            return False
        if self.services is None:
            return None
        labels = workload.template_labels.items()
        return any(each == name and selector.items() <= labels for each, selector in self.services.get(namespace, ()))

    def route_leads_to(self, route: Name, workload: Workload) -> bool | None:
        """Whether a route's requests do. An unknown route may lead anywhere in its namespace."""
        backends = None if self.routes is None else self.routes.get(route)
        if backends is None:
            return None if route[0] == workload.ref.namespace else False
        answers = [self.service_leads_to(backend, workload) for backend in backends]
        return True if True in answers else None if None in answers else False


def read_routing(transport: KubeTransport) -> Routing:
    """Services and HTTPRoutes, as far as they may be listed and are there. Raises KubernetesError."""
    services = list_if_allowed(transport, _SERVICES, _RoutedService)
    try:
        routes = list_if_allowed(transport, _ROUTES, _Route)
    except NotFound:
        routes = ()
    return Routing(
        services=None if services is None else _by_namespace(services),
        routes=None if routes is None else {_name(route.metadata): _backends(route) for route in routes},
    )


def _by_namespace(services: tuple[_RoutedService, ...]) -> Mapping[str, tuple[tuple[str, Mapping[str, str]], ...]]:
    found: dict[str, list[tuple[str, Mapping[str, str]]]] = defaultdict(list)
    for service in services:
        if service.spec.selector:
            found[service.metadata.namespace].append((service.metadata.name, service.spec.selector))
    return {namespace: tuple(each) for namespace, each in found.items()}


def _backends(route: _Route) -> frozenset[Name]:
    backends = (backend for rule in route.spec.rules or () for backend in rule.backends or ())
    return frozenset((backend.namespace or route.metadata.namespace, backend.name) for backend in backends)


def _name(metadata: _RouteMeta) -> Name:
    return (metadata.namespace, metadata.name)
