"""Service accounts for workers, with the rights of the manifests or fewer."""

from pathlib import Path

from deployments import wait_for
from manifests import installed

from activities.errors import Denied
from activities.kube.transport import KubeTransport
from localcluster import LocalCluster

_GROUP = "rbac.authorization.k8s.io"

Rule = dict[str, list[str]]


def worker_rules() -> list[Rule]:
    """What the manifests grant a worker."""
    (role,) = installed("ClusterRole")
    rules: list[Rule] = role["rules"]
    return rules


def enroll(cluster: LocalCluster, account: str) -> Path:
    """Make a service account in `default`; its kubeconfig."""
    metadata = {"name": account, "namespace": "default"}
    cluster.objects.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata})
    return cluster.kubeconfig_for("default", account)


def dismiss(cluster: LocalCluster, account: str, kubeconfig: Path) -> None:
    """The account goes. For some seconds the API server still remembers that its token was good."""
    cluster.objects.delete(f"/api/v1/namespaces/default/serviceaccounts/{account}")
    transport = KubeTransport.connect(kubeconfig)

    def is_refused() -> bool:
        try:
            transport.request("GET", "/api")
        except Denied as error:
            return error.status == 401
        return False

    wait_for(is_refused, what="the token to be refused")
    transport.close()


def grant(cluster: LocalCluster, account: str, rules: list[Rule], namespace: str | None = None) -> str:
    """Give an account a role, in the whole cluster or in one namespace; the path of what grants it."""
    scope = {} if namespace is None else {"namespace": namespace}
    prefix = "Cluster" if namespace is None else ""
    name = account if namespace is None else f"{account}-here"
    reference = {"apiGroup": _GROUP, "kind": f"{prefix}Role", "name": name}
    subject = {"kind": "ServiceAccount", "name": account, "namespace": "default"}
    version, metadata = f"{_GROUP}/v1", {"name": name, **scope}
    for item in (
        {"apiVersion": version, "kind": f"{prefix}Role", "metadata": metadata, "rules": rules},
        {
            "apiVersion": version,
            "kind": f"{prefix}RoleBinding",
            "metadata": metadata,
            "roleRef": reference,
            "subjects": [subject],
        },
    ):
        cluster.objects.create(item)
    where = "" if namespace is None else f"/namespaces/{namespace}"
    return f"/apis/{version}{where}/{prefix.lower()}rolebindings/{name}"
