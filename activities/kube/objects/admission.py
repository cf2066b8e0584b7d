"""What the API server itself asks before it answers (admission webhooks, aggregated APIs, CRD conversions), what this
service asks, and the pods behind both.

They must never sleep: the cluster would refuse writes, wakes among them, or nothing would be left to wake anything.
"""

import ipaddress
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, partial
from threading import Lock

from pydantic import Field

from activities.addresses import host_of, service_of
from activities.errors import Denied, NotFound
from activities.kube.calls import path_of
from activities.kube.lists import KubeModel, decode, list_if_allowed
from activities.kube.transport import KubeTransport
from policies.checks.backends import Backend, Backends

FRESH_FOR = 15.0
"""Seconds. A pause must know what was put in front of the API server since its evaluation."""
DEFINITIONS_FRESH_FOR = 300.0
"""A sleeping conversion hurts its own kind only, and definitions are megabytes."""

_VALIDATING = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"
_MUTATING = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations"
_API_SERVICES = "/apis/apiregistration.k8s.io/v1/apiservices"
_CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
_CRD_PAGE = 50
"""A definition carries its whole schema: hundreds of kilobytes for some."""


@dataclass(frozen=True)
class Called:
    """A host that somebody calls, and who does: `validating webhook NAME`, `TEMPORAL_ADDRESS`."""

    host: str
    caller: str
    whole_namespace: bool = False
    """Whether more than the pods behind it are needed: a Temporal is several Deployments and a database."""


@dataclass(frozen=True)
class BackendsRead:
    """What is behind all that is called; `complete` where every webhook, APIService and definition could be seen."""

    backends: Backends = field(default_factory=Backends)
    complete: bool = True


class _ServiceName(KubeModel):
    namespace: str
    name: str


class _Client(KubeModel):
    """A Service by its name, or an address that may mean one."""

    service: _ServiceName | None = None
    url: str = ""

    def host(self) -> str:
        return f"{self.service.name}.{self.service.namespace}.svc" if self.service else host_of(self.url)


class _Webhook(KubeModel):
    name: str = ""
    client: _Client = Field(default=_Client(), alias="clientConfig")


class _WebhookConfiguration(KubeModel):
    webhooks: tuple[_Webhook, ...] | None = None


class _NameMeta(KubeModel):
    namespace: str = ""
    name: str = ""


class _ApiService(KubeModel):
    metadata: _NameMeta
    spec: _Client = _Client()


class _Conversion(KubeModel):
    webhook: _Webhook | None = None


class _DefinitionSpec(KubeModel):
    conversion: _Conversion | None = None


class _Definition(KubeModel):
    metadata: _NameMeta
    spec: _DefinitionSpec = _DefinitionSpec()


class _ServiceSpec(KubeModel):
    selector: dict[str, str] | None = None
    type: str = ""
    external_name: str = Field(default="", alias="externalName")
    cluster_ips: tuple[str, ...] | None = Field(default=None, alias="clusterIPs")


class _Service(KubeModel):
    metadata: _NameMeta
    spec: _ServiceSpec = _ServiceSpec()


class BackendReader:
    """Reads what is behind the API server's and the settings' addresses; safe to share between threads.

    What was read is good for some seconds: runs of one minute, and a thousand pauses, ask once.
    """

    def __init__(
        self,
        transport: KubeTransport,
        called: Callable[[], Iterable[Called]] = tuple,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`called` answers what the settings name, as they are now; `clock` counts seconds."""
        self._transport = transport
        self._called = called
        self._clock = clock
        self._lock = Lock()
        self._read: tuple[BackendsRead, float] | None = None
        self._definitions: tuple[tuple[_Definition, ...] | None, float] | None = None

    def read(self) -> BackendsRead:
        """What is behind the addresses, a few seconds old at most. Raises KubernetesError."""
        with self._lock:
            now = self._clock()
            if self._read is None or now - self._read[1] >= FRESH_FOR:
                self._read = (self._ask(now), now)
            return self._read[0]

    def _ask(self, now: float) -> BackendsRead:
        by_server, complete = self._called_by_server(now)
        services = cache(partial(list_if_allowed, self._transport, "/api/v1/services", _Service))
        found: dict[tuple[str, str], Called] = {}
        for called in (*by_server, *self._called()):
            for service in _services_at(called.host, services):
                before = found.get(service)
                if before is None or called.whole_namespace:
                    found[service] = called
        backends = (each for service, called in found.items() for each in self._behind(service, called))
        return BackendsRead(Backends.of(backends), complete)

    def _called_by_server(self, now: float) -> tuple[list[Called], bool]:
        called: list[Called] = []
        complete = True
        for path, kind in ((_VALIDATING, "validating"), (_MUTATING, "mutating")):
            configurations = list_if_allowed(self._transport, path, _WebhookConfiguration)
            complete = complete and configurations is not None
            called += (
                Called(webhook.client.host(), f"{kind} webhook {webhook.name}")
                for configuration in configurations or ()
                for webhook in configuration.webhooks or ()
            )
        services = list_if_allowed(self._transport, _API_SERVICES, _ApiService)
        called += (Called(each.spec.host(), f"APIService {each.metadata.name}") for each in services or ())
        definitions = self._list_definitions(now)
        called += _conversions(definitions or ())
        return called, complete and services is not None and definitions is not None

    def _list_definitions(self, now: float) -> tuple[_Definition, ...] | None:
        """Those with a conversion."""
        if self._definitions is None or now - self._definitions[1] >= DEFINITIONS_FRESH_FOR:
            listed = list_if_allowed(self._transport, _CRDS, _Definition, limit=_CRD_PAGE)
            kept = None if listed is None else tuple(each for each in listed if each.spec.conversion is not None)
            self._definitions = (kept, now)
        return self._definitions[0]

    def _behind(self, service: tuple[str, str], called: Called, *, follow: bool = True) -> Iterator[Backend]:
        """The pods behind a Service. Where they cannot be told, all of its namespace; nothing where it is not there."""
        namespace, name = service
        try:
            spec = decode(
                _Service, self._transport.request("GET", path_of("/api/v1/namespaces", namespace, "services", name))
            ).spec
        except NotFound:
            return
        except Denied as error:
            if not error.is_forbidden:
                raise
            yield _anything_in(namespace, called)
            return
        if spec.type == "ExternalName":
            elsewhere = service_of(spec.external_name)
            if follow and elsewhere is not None:
                yield from self._behind(elsewhere, called, follow=False)
        elif called.whole_namespace or not spec.selector:
            yield _anything_in(namespace, called)
        else:
            yield Backend(namespace=namespace, selector=spec.selector, because=f"{called.caller} leads to it")


def _services_at(host: str, services: Callable[[], tuple[_Service, ...] | None]) -> tuple[tuple[str, str], ...]:
    """Namespaces and names of the Services that a host may mean. `services` are all, asked for where it is an IP."""
    service = service_of(host)
    if service is not None:
        return (service,)
    try:
        if ipaddress.ip_address(host).is_loopback:
            return ()
    except ValueError:
        return ()
    return tuple(
        (each.metadata.namespace, each.metadata.name)
        for each in services() or ()
        if host in (each.spec.cluster_ips or ())
    )


def _anything_in(namespace: str, called: Called) -> Backend:
    because = f"{called.caller} leads into its namespace, and what there belongs to it cannot be told"
    return Backend(namespace=namespace, because=because)


def _conversions(definitions: Iterable[_Definition]) -> Iterable[Called]:
    for each in definitions:
        if each.spec.conversion is not None and each.spec.conversion.webhook is not None:
            host = each.spec.conversion.webhook.client.host()
            yield Called(host, f"the conversion of {each.metadata.name}")
