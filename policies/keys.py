"""How workloads are named, and what names may look like."""

import re
from typing import NamedTuple

from policies.kinds import DEPLOYMENT

_DNS_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_LONGEST_NAME = 253


class WorkloadKey(NamedTuple):
    """Which workload, by its name: what tables of workloads go by."""

    namespace: str
    name: str
    kind: str = DEPLOYMENT.name

    def __str__(self) -> str:
        """As people write it: a Deployment is meant where no kind is named."""
        return f"{self.namespace}/{self.name}" if self.kind == DEPLOYMENT.name else self.path

    @property
    def path(self) -> str:
        """With its kind, as ids hold it: `shop/deployment/web`."""
        return f"{self.namespace}/{self.kind}/{self.name}"


def parse_key(text: str, kind: str = DEPLOYMENT.name) -> WorkloadKey | None:
    """The workload of this kind that `NAMESPACE/NAME` names, or None where the text does not name one. The name may
    hold dots; each part between them is a label.
    """
    namespace, slash, name = text.partition("/")
    if slash and is_dns_label(namespace) and len(name) <= _LONGEST_NAME and all(map(is_dns_label, name.split("."))):
        return WorkloadKey(namespace, name, kind)
    return None


def is_dns_label(text: str) -> bool:
    """Whether `text` is an RFC 1123 label, as clusters, policies and namespaces are called: lower case, digits and
    hyphens, 63 characters at most.
    """
    return _DNS_LABEL.fullmatch(text) is not None
