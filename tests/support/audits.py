"""What the product asked of the API server, counted on the API server's own audit log."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from localcluster import LocalCluster

_READS = frozenset({"get", "list", "watch"})


def writes(cluster: LocalCluster) -> list[str]:
    """Every write the product asked for in the whole cluster, whatever became of it: what, where, and the answer."""
    return [
        f"{entry['verb']} {_what(entry)} {_where(entry, 'namespace')}/{_where(entry, 'name')} {_code(entry)}"
        for entry in _entries(cluster)
        if entry["verb"] not in _READS and _where(entry, "apiGroup") != "authorization.k8s.io"
    ]


def refusals(cluster: LocalCluster, namespace: str) -> int:
    """How often the product was refused something in this namespace, by missing rights or by admission."""
    return sum(_where(entry, "namespace") == namespace and _code(entry) in {403, 422} for entry in _entries(cluster))


def requests(cluster: LocalCluster, namespace: str) -> Counter[str]:
    """The product's requests to this namespace's Deployments by verb and resource; 409s are kept apart."""
    return requests_by_namespace(cluster)[namespace]


def requests_by_namespace(cluster: LocalCluster) -> defaultdict[str, Counter[str]]:
    """The same for all namespaces, by one reading of the log."""
    counted: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for entry in _entries(cluster):
        request = "conflict" if _code(entry) == 409 else f"{entry['verb']} {_what(entry)}"
        counted[_where(entry, "namespace")][request] += 1
    return counted


def _entries(cluster: LocalCluster) -> Iterator[dict[str, Any]]:
    """The product's requests that were answered."""
    for line in cluster.audit_log.read_text().splitlines():
        entry = json.loads(line)
        if entry["stage"] == "ResponseComplete" and entry.get("userAgent", "").startswith("finops-enforcer"):
            yield entry


def _what(entry: dict[str, Any]) -> str:
    return "/".join(part for part in (_where(entry, "resource"), _where(entry, "subresource")) if part)


def _where(entry: dict[str, Any], key: str) -> str:
    return str(entry.get("objectRef", {}).get(key, ""))


def _code(entry: dict[str, Any]) -> int:
    return int(entry["responseStatus"]["code"])
