"""What the product asked of the API server, counted on the API server's own audit log."""

import json
from collections import Counter

from localcluster import LocalCluster

_READS = frozenset({"get", "list", "watch"})


def writes(cluster: LocalCluster) -> list[str]:
    """Every write the product asked for in the whole cluster, whatever became of it: what, where, and the answer."""
    found = []
    for line in cluster.audit_log.read_text().splitlines():
        entry = json.loads(line)
        if entry["verb"] in _READS or not entry.get("userAgent", "").startswith("finops-enforcer"):
            continue
        reference = entry.get("objectRef", {})
        if reference.get("apiGroup") != "authorization.k8s.io":
            where = f"{reference.get('namespace', '')}/{reference.get('name', '')}"
            found.append(f"{entry['verb']} {reference.get('resource')} {where} {entry['responseStatus']['code']}")
    return found


def requests(cluster: LocalCluster, namespace: str) -> Counter[str]:
    """The product's requests to this namespace's Deployments by verb and resource; 409s are kept apart."""
    counted: Counter[str] = Counter()
    for line in cluster.audit_log.read_text().splitlines():
        entry = json.loads(line)
        reference = entry.get("objectRef", {})
        if entry["stage"] != "ResponseComplete" or reference.get("namespace") != namespace:
            continue
        if not entry.get("userAgent", "").startswith("finops-enforcer"):
            continue
        conflict = entry["responseStatus"]["code"] == 409
        subresource = f"/{reference['subresource']}" if "subresource" in reference else ""
        counted["conflict" if conflict else f"{entry['verb']} {reference['resource']}{subresource}"] += 1
    return counted
