import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from accesses import write_kubeconfig
from deployments import wait_for

from activities.kube.transport import KubeTransport
from activities.kube.workloads.workloads import Workloads
from localcluster import LocalCluster

REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"


@pytest.fixture(scope="session")
def transport(kubeconfig: Path) -> Iterator[KubeTransport]:
    """The administrator's way into the real control plane."""
    found = KubeTransport.connect(kubeconfig)
    yield found
    found.close()


@pytest.fixture(scope="session")
def workloads(transport: KubeTransport) -> Workloads:
    """Those of the real control plane."""
    return Workloads(transport)


@pytest.fixture
def connect(tmp_path: Path) -> Iterator[Callable[..., KubeTransport]]:
    """Connects to a server at an address, by a kubeconfig with this user in it."""
    opened: list[KubeTransport] = []

    def make(url: str, user: dict[str, Any] | None = None, **environment: str) -> KubeTransport:
        path = write_kubeconfig(tmp_path / "kubeconfig", {"server": url}, user or {})
        opened.append(KubeTransport.connect(path, environment=environment))
        return opened[-1]

    yield make
    for transport in opened:
        transport.close()


@pytest.fixture
def as_service_account(cluster: LocalCluster, namespace: str) -> Iterator[Callable[..., KubeTransport]]:
    """Connects as a new service account that has these rules, cluster-wide."""
    opened: list[KubeTransport] = []

    def make(*rules: dict[str, list[str]]) -> KubeTransport:
        name = f"{namespace}-{len(opened)}"
        group = "rbac.authorization.k8s.io"
        subject = {"kind": "ServiceAccount", "namespace": namespace, "name": name}
        for item in (
            {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"namespace": namespace, "name": name}},
            {"apiVersion": f"{group}/v1", "kind": "ClusterRole", "metadata": {"name": name}, "rules": list(rules)},
            {
                "apiVersion": f"{group}/v1",
                "kind": "ClusterRoleBinding",
                "metadata": {"name": name},
                "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": name},
                "subjects": [subject],
            },
        ):
            cluster.objects.create(item)
        opened.append(KubeTransport.connect(cluster.kubeconfig_for(namespace, name)))
        wait_for(lambda: all(is_granted(opened[-1], rule) for rule in rules), what="the rights of a new account")
        return opened[-1]

    yield make
    for transport in opened:
        transport.close()


def is_granted(transport: KubeTransport, rule: dict[str, list[str]]) -> bool:
    """Whether the API server knows of it yet."""
    for group, resource, verb in itertools.product(rule["apiGroups"], rule["resources"], rule["verbs"]):
        kind, _, part = resource.partition("/")
        asked = {"group": group, "resource": kind, "subresource": part, "verb": verb}
        asked["name"] = rule.get("resourceNames", [""])[0]
        review = {"spec": {"resourceAttributes": asked}}
        reply = transport.request("POST", REVIEWS, body=json.dumps(review).encode(), content_type="application/json")
        if not json.loads(reply.body)["status"]["allowed"]:
            return False
    return True
