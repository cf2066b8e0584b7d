"""Where an address leads: to this machine, where no proxy must stand in between, or to a Service of a cluster."""

import ipaddress
import re
from urllib.parse import urlsplit

_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_SHORTEST = 2
_API_SERVER = ("default", "kubernetes")


def is_local(url: str) -> bool:
    """Whether an address is on this machine."""
    host = host_of(url)
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def host_of(address: str) -> str:
    """The host of a URL, or of `host:port`; empty where there is none."""
    try:
        return urlsplit(address if "//" in address else f"//{address}").hostname or ""
    except ValueError:
        return ""


def service_of(host: str) -> tuple[str, str] | None:
    """Namespace and name of the Service that a host's name may mean inside a cluster, or None.

    `SERVICE.NAMESPACE`, `SERVICE.NAMESPACE.svc` and `SERVICE.NAMESPACE.svc.DOMAIN`, also with a pod's name before them.
    A name of two parts may just as well be a domain: only the cluster can tell whether there is such a Service. The API
    server's own has no pods.
    """
    labels = host.rstrip(".").lower().split(".")
    if len(labels) < _SHORTEST or not all(map(_LABEL.fullmatch, labels)) or all(map(str.isdigit, labels)):
        return None
    if "svc" in labels[_SHORTEST:]:
        labels = labels[: labels.index("svc", _SHORTEST)]
    elif len(labels) > _SHORTEST:
        return None
    name, namespace = labels[-2:]
    return None if (namespace, name) == _API_SERVER else (namespace, name)
