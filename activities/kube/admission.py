"""What the API server itself asks before it answers: admission webhooks, aggregated APIs, CRD conversions.

A Deployment behind one of them must not sleep: the cluster would refuse writes, ours among them. Reading this needs
the optional role `admission-read`.
"""

from collections.abc import Iterable, Mapping
from http import HTTPStatus

from pydantic import Field

from activities.errors import Denied, NotFound
from activities.kube.lists import KubeModel, decode, list_if_allowed
from activities.kube.transport import KubeTransport, path_of
from policies.workload import Workload

_WEBHOOKS = (
    "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations",
    "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations",
)
_API_SERVICES = "/apis/apiregistration.k8s.io/v1/apiservices"
_CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
_CRD_PAGE = 50
"""A definition carries its whole schema: hundreds of kilobytes for some."""


class _ServiceName(KubeModel):
    namespace: str
    name: str


class _Client(KubeModel):
    service: _ServiceName | None = None


class _Webhook(KubeModel):
    client: _Client = Field(default=_Client(), alias="clientConfig")


class _WebhookConfiguration(KubeModel):
    webhooks: tuple[_Webhook, ...] | None = None


class _ApiService(KubeModel):
    spec: _Client = _Client()


class _Conversion(KubeModel):
    webhook: _Webhook | None = None


class _DefinitionSpec(KubeModel):
    conversion: _Conversion | None = None


class _Definition(KubeModel):
    spec: _DefinitionSpec = _DefinitionSpec()


class _ServiceSpec(KubeModel):
    selector: dict[str, str] | None = None


class _Service(KubeModel):
    spec: _ServiceSpec = _ServiceSpec()


class AdmissionServices:
    """The selectors of the services the API server depends on, by namespace."""

    def __init__(self, selectors: Mapping[str, tuple[Mapping[str, str], ...]]) -> None:
        self._selectors = selectors

    def behind(self, workload: Workload) -> bool:
        """Whether one of these services sends its requests to the workload's pods."""
        return any(
            selector.items() <= workload.template_labels.items()
            for selector in self._selectors.get(workload.ref.namespace, ())
        )


def read_admission_services(transport: KubeTransport) -> AdmissionServices | None:
    """The services, or None where one of the rights is missing. Raises KubernetesError."""
    names = _service_names(transport)
    if names is None:
        return None
    selectors: dict[str, tuple[Mapping[str, str], ...]] = {}
    for namespace, name in sorted(names):
        path = path_of("/api/v1/namespaces", namespace, "services", name)
        try:
            reply = transport.request("GET", path)
        except NotFound:
            continue
        except Denied as error:
            if error.status != HTTPStatus.FORBIDDEN:
                raise
            return None
        selector = decode(_Service, reply).spec.selector
        if selector:
            selectors[namespace] = (*selectors.get(namespace, ()), selector)
    return AdmissionServices(selectors)


def _service_names(transport: KubeTransport) -> set[tuple[str, str]] | None:
    clients: list[_Client] = []
    for path in _WEBHOOKS:
        configurations = list_if_allowed(transport, path, _WebhookConfiguration)
        if configurations is None:
            return None
        clients += (webhook.client for entry in configurations for webhook in entry.webhooks or ())
    api_services = list_if_allowed(transport, _API_SERVICES, _ApiService)
    definitions = list_if_allowed(transport, _CRDS, _Definition, limit=_CRD_PAGE)
    if api_services is None or definitions is None:
        return None
    clients += (entry.spec for entry in api_services)
    clients += _conversions(definitions)
    return {(client.service.namespace, client.service.name) for client in clients if client.service}


def _conversions(definitions: Iterable[_Definition]) -> Iterable[_Client]:
    for definition in definitions:
        conversion = definition.spec.conversion
        if conversion is not None and conversion.webhook is not None:
            yield conversion.webhook.client
