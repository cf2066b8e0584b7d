"""What clusters, policies and namespaces may be called."""

import re

_DNS_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")


def is_dns_label(text: str) -> bool:
    """Whether `text` is an RFC 1123 label: lower case, digits and hyphens, 63 characters at most."""
    return _DNS_LABEL.fullmatch(text) is not None
