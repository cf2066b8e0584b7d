"""What the product asked of the API server, counted on the API server's own audit log."""

import json
from collections import Counter, defaultdict

from localcluster import LocalCluster


def requests(cluster: LocalCluster, namespace: str) -> Counter[str]:
    """The product's requests to this namespace's Deployments by verb and resource; 409s are kept apart."""
    return requests_by_namespace(cluster)[namespace]


def requests_by_namespace(cluster: LocalCluster) -> defaultdict[str, Counter[str]]:
    """The same for all namespaces, by one reading of the log."""
    counted: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for line in cluster.audit_log.read_text().splitlines():
        entry = json.loads(line)
        reference = entry.get("objectRef", {})
        if entry["stage"] != "ResponseComplete" or not entry.get("userAgent", "").startswith("finops-enforcer"):
            continue
        conflict = entry["responseStatus"]["code"] == 409
        subresource = f"/{reference['subresource']}" if "subresource" in reference else ""
        request = "conflict" if conflict else f"{entry['verb']} {reference.get('resource', '')}{subresource}"
        counted[reference.get("namespace", "")][request] += 1
    return counted
