"""One cluster as the service sees it: its transport, its costs, and what every rule needs to know about it."""

import logging
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from activities.clocks import read_own_clock
from activities.costs.source import CostSource
from activities.idleness.source import IdleSource
from activities.kube.identity import confirm_cluster_identity, read_cluster_identity
from activities.kube.objects.admission import BackendReader
from activities.kube.objects.pods import read_running_pods
from activities.kube.objects.replica_sets import ReplicaSets
from activities.kube.objects.routing import read_routing
from activities.kube.transport import KubeTransport
from activities.kube.workloads.workloads import Workloads
from activities.policy_sources.source import PolicySource
from activities.runs.surroundings import Gatherer
from policies.checks import Surroundings
from policies.rights.blindness import Use
from worker.cluster.called import called_by
from worker.cluster.cost_sources import build_source, has_node_prices
from worker.cluster.policy_source import build_policy_source
from worker.settings.settings import Settings
from worker.settings.values import PolicyPlace

if TYPE_CHECKING:
    from activities.prometheus.client import Prometheus
    from activities.prometheus.expressions import Filters

_NAMESPACE_FILE = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")
_PROMETHEUS_SECONDS = 15.0
"""For one of the answers of a run; all of them have 40."""
_NOWHERE = "nowhere (FINOPS_PROMETHEUS_URL), so that no policy with idleWindow pauses anything"

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Cluster:
    """Everything that reads or writes one cluster, built from the settings."""

    settings: Settings
    instance: str
    transport: KubeTransport
    workloads: Workloads
    replica_sets: ReplicaSets
    source: CostSource
    policies: PolicySource
    backends: BackendReader
    uses: frozenset[Use]
    """What optional rights are for here."""
    idle_source: IdleSource | None = None
    connections: ExitStack = field(default_factory=ExitStack)
    """Those to cost sources and Prometheus."""
    asks_once: bool = False

    @classmethod
    def connect(cls, settings: Settings, instance: str, *, asks_once: bool = False) -> "Cluster":
        """Read the kubeconfig. Nothing is sent yet, and nothing else that may be wrong is looked at.

        `asks_once` is for commands, in front of which a person waits: OpenCost and Prometheus are not tried again.

        Raises KubeconfigError.
        """
        transport = KubeTransport.connect(settings.kubeconfig, settings.context)
        return cls._over(transport, settings, instance, ExitStack(), asks_once=asks_once)

    @classmethod
    def _over(
        cls, transport: KubeTransport, settings: Settings, instance: str, connections: ExitStack, *, asks_once: bool
    ) -> "Cluster":
        return cls(
            settings=settings,
            instance=instance,
            transport=transport,
            workloads=Workloads(transport),
            replica_sets=ReplicaSets(transport),
            source=build_source(settings, transport, connections, asks_once=asks_once),
            policies=build_policy_source(settings, lambda: transport),
            backends=BackendReader(transport, partial(called_by, settings)),
            uses=_uses(settings),
            idle_source=build_idle_source(settings, transport, connections, asks_once=asks_once),
            connections=connections,
            asks_once=asks_once,
        )

    def within(self, namespace: str) -> "Cluster":
        """The same as one sees it who looks into that namespace alone. It is closed with this one."""
        transport = self.transport.within(namespace)
        return self._over(transport, self.settings, self.instance, self.connections, asks_once=self.asks_once)

    def close(self) -> None:
        """Close every connection."""
        self.connections.close()
        self.transport.close()

    def surroundings(self) -> Surroundings:
        """What is known without a request: names, protected namespaces, bounds."""
        own = (_NAMESPACE_FILE.read_text().strip(),) if _NAMESPACE_FILE.exists() else ()
        return Surroundings(
            now=datetime.now(UTC),
            cluster=self.settings.cluster,
            instance=self.instance,
            protected_namespaces=self.settings.protected_namespaces,
            unprotected_namespaces=self.settings.unprotected_namespaces,
            own_namespaces=own,
            min_sleep=self.settings.min_sleep,
            max_hourly_cost=self.settings.max_hourly_cost,
        )

    def protections(self) -> Surroundings:
        """The same with what others call, as it was some seconds ago at most. Raises KubernetesError."""
        return self.surroundings().replace(backends=self.backends.read().backends)

    def describe_sources(self) -> str:
        """Where costs and idleness come from, and what is not known without one."""
        costs, idleness = self.settings.opencost_url, self.settings.prometheus_url
        priced = self.source.name if costs is None else f"{self.source.name} at {urlsplit(costs).hostname}"
        measured = _NOWHERE if idleness is None else f"Prometheus at {urlsplit(idleness).hostname}"
        return f"costs come from {priced}, idleness from {measured}"

    def gatherer(self) -> Gatherer:
        """Gathers what a run needs beside the Deployments."""
        return Gatherer(self.transport, self.source, self.surroundings, self.idle_source, self.backends)

    def prometheus(self, seconds: float, *, asks_once: bool = True) -> "Prometheus | None":
        """The way to Prometheus, with that many seconds for one answer; None where the settings name none."""
        return connect_to_prometheus(self.settings, seconds, self.connections, asks_once=asks_once)

    def series_filters(self) -> "Filters":
        """Which series of that Prometheus count."""
        return series_filters(self.settings)

    def identity(self) -> str:
        """Which cluster the kubeconfig leads to. Raises KubernetesError."""
        return read_cluster_identity(self.transport)

    def confirm(self, expected: str) -> str:
        """The identity, if the kubeconfig leads to the cluster it led to before.

        Raises IdentityMismatch, KubernetesError.
        """
        return confirm_cluster_identity(self.transport, expected)

    def hold_to(self, identity: str) -> None:
        """Never let credentials that are read again lead to another cluster: a kubeconfig changes under a process."""
        self.transport.guard(partial(confirm_cluster_identity, expected=identity))


def build_idle_source(
    settings: Settings, transport: KubeTransport, connections: ExitStack, *, asks_once: bool
) -> IdleSource | None:
    """Prometheus where it has an address; None where nothing measures idleness."""
    prometheus = connect_to_prometheus(settings, _PROMETHEUS_SECONDS, connections, asks_once=asks_once)
    if prometheus is None:
        return None
    from activities.idleness.prometheus_source import PrometheusSource  # noqa: PLC0415 - as below

    return PrometheusSource(
        prometheus,
        partial(read_running_pods, transport),
        partial(read_routing, transport),
        read_own_clock,
        series_filters(settings),
    )


def connect_to_prometheus(
    settings: Settings, seconds: float, connections: ExitStack, *, asks_once: bool
) -> "Prometheus | None":
    """The Prometheus that the settings name, if they do. Nothing is sent yet."""
    if settings.prometheus_url is None:
        return None
    # Only here, as for OpenCost.
    from activities.prometheus.access import connect  # noqa: PLC0415
    from activities.prometheus.client import WAITS, Prometheus  # noqa: PLC0415

    client = connect(
        settings.prometheus_url,
        username=settings.prometheus_username,
        password_file=settings.prometheus_password_file,
        token_file=settings.prometheus_token_file,
        ca_file=settings.prometheus_ca_file,
    )
    return Prometheus(
        connections.enter_context(client),
        seconds=seconds,
        waits=() if asks_once else WAITS,
        headers_file=settings.prometheus_headers_file,
    )


def series_filters(settings: Settings) -> "Filters":
    """Which series of Prometheus count, by the settings."""
    from activities.prometheus.expressions import Filters  # noqa: PLC0415 - only where there is a Prometheus

    return Filters(settings.prometheus_matchers, settings.uncounted_requests)


def _uses(settings: Settings) -> frozenset[Use]:
    wanted = {
        Use.PAUSING: True,
        Use.IDLENESS: settings.prometheus_url is not None,
        Use.NODE_PRICES: has_node_prices(settings),
        Use.POLICIES: settings.policy_source is PolicyPlace.CLUSTER,
        Use.EVENTS: settings.events,
    }
    return frozenset(use for use, is_wanted in wanted.items() if is_wanted)
