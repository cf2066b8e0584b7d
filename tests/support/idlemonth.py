"""The cast's past in a real Prometheus, and the product's own source in front of it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
from idleactors import BEGIN, NAMESPACE, Actor, write_openmetrics
from prometheusserver import PrometheusServer, running_prometheus, write_blocks

from activities.idleness.prometheus_source import PrometheusSource
from activities.kube.objects.routing import Routing
from activities.prometheus.client import Prometheus
from policies.idleness.answers import IdleAnswer
from policies.policy.document import EnforcementPolicy


@dataclass(frozen=True)
class Month:
    """A Prometheus that knows what these workloads did."""

    server: PrometheusServer
    client: httpx.Client
    actors: tuple[Actor, ...]

    def source(self, at: datetime) -> PrometheusSource:
        """As a worker would have had it at that moment, with the pods that Kubernetes would have listed."""
        pods = {actor.workload.ref.key: actor.running(at) for actor in self.actors}
        return PrometheusSource(
            Prometheus(self.client),
            lambda covers: pods if covers(NAMESPACE) else {},
            lambda: routing_of(self.actors),
            lambda: datetime.now(UTC),
        )

    def judge(self, policy: EnforcementPolicy, at: datetime) -> dict[str, IdleAnswer]:
        """The verdict on everybody at that moment, by name."""
        measured = self.source(at).fetch(at, [policy])
        assert measured.problem == ""
        return {actor.name: measured.judge(actor.workload, policy) for actor in self.actors}


@contextmanager
def remembered(folder: Path, actors: Iterable[Actor], begin: datetime = BEGIN, more: str = "") -> Iterator[Month]:
    """A Prometheus whose data begin at that moment; `more` are further series as OpenMetrics text."""
    cast = tuple(actors)
    text = write_openmetrics(folder / "past.om", cast, begin)
    if more:
        text.write_text(f"{more}\n{text.read_text()}")
    write_blocks(text, folder / "data")
    text.unlink()
    with running_prometheus(folder / "data") as server, connected(server.url) as client:
        yield Month(server, client, cast)


def connected(url: str) -> httpx.Client:
    """A client of a server on this machine."""
    return httpx.Client(base_url=url, trust_env=False)


def routing_of(actors: Iterable[Actor]) -> Routing:
    """A Service of the same name for each."""
    services = tuple((actor.name, {"app": actor.name}) for actor in actors)
    return Routing(services={NAMESPACE: services}, routes={})
