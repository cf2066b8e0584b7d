"""Free ports on the loopback address."""

import asyncio
import logging
import secrets
import socket
from collections.abc import Callable

from worker.state import Ports

LOOPBACK = "127.0.0.1"
_LOG = logging.getLogger(__name__)
_FIRST = 20_000
_COUNT = 12_000
"""Below what operating systems hand to outgoing connections, so that a kept port is seldom gone after a restart."""
_LOOKS = 40
_LOOK_SECONDS = 0.05
"""A server killed this instant frees its lock a little before its ports."""


def is_free(port: int) -> bool:
    """Whether nobody listens on this port of the loopback address."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do it: connections of the last run that linger must not look like a listener.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def find_free_port() -> int:
    """A port of the loopback address that nobody listens on. Raises OSError."""
    return _find_port(is_free, avoid=None)


def choose_ports(kept: Ports | None, *, free: Callable[[int], bool] = is_free) -> Ports:
    """The kept ports, each replaced by a free one if somebody else has it by now."""
    server = kept.server if kept is not None and free(kept.server) else _find_port(free, avoid=None)
    ui = kept.ui if kept is not None and kept.ui != server and free(kept.ui) else _find_port(free, avoid=server)
    return Ports(server=server, ui=ui)


async def settle_ports(kept: Ports | None, *, free: Callable[[int], bool] = is_free) -> Ports:
    """The kept ports, unless they are still taken after two seconds; says so when an address changes.

    Raises:
        OSError: no port is free.
    """
    for _ in range(_LOOKS if kept is not None else 0):
        if kept is not None and free(kept.server) and free(kept.ui):
            return kept
        await asyncio.sleep(_LOOK_SECONDS)
    ports = choose_ports(kept, free=free)
    if kept is not None and ports != kept:
        _LOG.warning(
            "somebody else listens on port %d or %d of the last start; Temporal is now at %s:%d, its UI at http://%s:%d",
            *(kept.server, kept.ui, LOOPBACK, ports.server, LOOPBACK, ports.ui),
        )
    return ports


def _find_port(free: Callable[[int], bool], *, avoid: int | None) -> int:
    start = secrets.randbelow(_COUNT)
    for step in range(_COUNT):
        port = _FIRST + (start + step) % _COUNT
        if port != avoid and free(port):
            return port
    raise OSError(f"no free port between {_FIRST} and {_FIRST + _COUNT - 1} on {LOOPBACK}")
