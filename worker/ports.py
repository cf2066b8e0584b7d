"""Free ports on the loopback address."""

import asyncio
import logging
import secrets
import socket
from collections.abc import Callable

from worker.state import Ports

LOOPBACK = "127.0.0.1"
_LOG = logging.getLogger(__name__)
USUAL_UI = 8233
"""Where `temporal server start-dev` has its UI, and where people look for it."""
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
    """The kept ports, each replaced by a free one if somebody else has it by now. The UI has its usual port whenever
    that is free, so one start beside another program does not move it for good.
    """
    server = kept.server if kept is not None and free(kept.server) else _find_port(free, avoid=None)
    wanted = (USUAL_UI,) if kept is None else (USUAL_UI, kept.ui)
    ui = next((port for port in wanted if port != server and free(port)), None)
    return Ports(server=server, ui=_find_port(free, avoid=server) if ui is None else ui)


async def settle_ports(kept: Ports | None, *, free: Callable[[int], bool] = is_free) -> Ports:
    """The kept ports, unless they are still taken after two seconds; says so when an address changes.

    Raises:
        OSError: no port is free.
    """
    for _ in range(_LOOKS if kept is not None else 0):
        if kept is not None and free(kept.server) and free(kept.ui):
            break
        await asyncio.sleep(_LOOK_SECONDS)
    ports = choose_ports(kept, free=free)
    if kept is not None and ports.server != kept.server:
        _LOG.warning(
            "another program listens on port %d of the last start; Temporal is now at %s:%d",
            *(kept.server, LOOPBACK, ports.server),
        )
    if ports.ui != USUAL_UI:
        _LOG.warning(
            "another program listens on port %d; the Temporal UI is at http://%s:%d until the next start",
            *(USUAL_UI, LOOPBACK, ports.ui),
        )
    return ports


def _find_port(free: Callable[[int], bool], *, avoid: int | None) -> int:
    start = secrets.randbelow(_COUNT)
    for step in range(_COUNT):
        port = _FIRST + (start + step) % _COUNT
        if port != avoid and free(port):
            return port
    raise OSError(f"no free port between {_FIRST} and {_FIRST + _COUNT - 1} on {LOOPBACK}")
