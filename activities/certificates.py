"""Certificates of servers, judged as Go's programs judge them: kubectl, and all that a cluster is made of.

Python 3.13 asks more of a certificate than it did (RFC 5280 to the letter, such as an Authority Key Identifier), and
older clusters, EKS's among them, have certificates that lack it for as long as they live. Signature, name and time are
looked at as before.
"""

import ssl
from collections.abc import Mapping

from urllib3 import HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.util.ssl_ import create_urllib3_context, resolve_cert_reqs


def without_formalities(context: ssl.SSLContext) -> ssl.SSLContext:
    """The same context, which no longer asks for what only the letter of the standard asks."""
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


class _Connection(HTTPSConnection):
    """A context for each connection, as urllib3 has it: so files that were replaced are read again."""

    def connect(self) -> None:
        context = without_formalities(create_urllib3_context(cert_reqs=resolve_cert_reqs(self.cert_reqs)))
        if not (self.ca_certs or self.ca_cert_dir or self.ca_cert_data):
            context.load_default_certs()
        self.ssl_context = context
        super().connect()


class _Pool(HTTPSConnectionPool):
    ConnectionCls = _Connection


def connect_without_formalities(manager: PoolManager) -> PoolManager:
    """The same manager; connections that it opens from now on judge so. One through SOCKS has its own, and keeps it."""
    pools: Mapping[str, type[HTTPConnectionPool]] = manager.pool_classes_by_scheme
    if pools["https"] is HTTPSConnectionPool:
        manager.pool_classes_by_scheme = {**pools, "https": _Pool}
    return manager
