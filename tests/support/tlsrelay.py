"""TLS in front of a real server, which never knows: its certificates and those of its clients can be replaced."""

import asyncio
import contextlib
import ssl
import threading
from pathlib import Path

from relay import Relay

from localcluster.certificates import Authority

Keys = tuple[Path, Path]


def issue_server(authority: Authority) -> Keys:
    """A certificate for a relay, and its key."""
    return authority.issue("server", user="server", server=True)


class TlsRelay(Relay):
    """Speaks TLS with its clients.

    With `clients_of`, a CA, a client without a certificate of that one is turned away. With `trusting`, a CA, the
    server behind is spoken to in TLS as well.
    """

    def __init__(
        self, target: str, keys: Keys, *, clients_of: Path | None = None, trusting: Path | None = None
    ) -> None:
        super().__init__(target)
        self._behind = None if trusting is None else ssl.create_default_context(cafile=trusting)
        self._context = _make_context(keys, clients_of)
        self._open: set[asyncio.WriteTransport] = set()

    def turn_to(self, keys: Keys, *, clients_of: Path | None = None) -> None:
        """From now on this certificate and this CA of clients count; who is connected is cut off."""
        self._context = _make_context(keys, clients_of)
        self.cut()

    def cut(self) -> None:
        """Break every connection off."""
        done = threading.Event()
        self._loop.call_soon_threadsafe(self._cut, done)
        done.wait()

    def close_door(self) -> None:
        """Break every connection off, and take no more."""
        self._loop.call_soon_threadsafe(self._server.close)
        self.cut()

    def _cut(self, done: threading.Event) -> None:
        for transport in self._open:
            transport.abort()
        done.set()

    async def _close(self) -> None:
        for transport in self._open:
            transport.abort()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, port = self._target
        with contextlib.suppress(OSError, ssl.SSLError):
            plain = writer.transport
            self._open.add(plain)
            await writer.start_tls(self._context)
            if writer.transport is None:  # cut off amid the handshake: Python 3.11 then leaves nothing to be closed
                writer._transport = plain
                return
            self._open.add(writer.transport)
            name = None if self._behind is None else host
            far_reader, far_writer = await asyncio.open_connection(host, port, ssl=self._behind, server_hostname=name)
            self._open.add(far_writer.transport)
            await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer), return_exceptions=True)
        self._open = {each for each in self._open if not each.is_closing()}


def _make_context(keys: Keys, clients_of: Path | None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*keys)
    context.set_alpn_protocols(["h2", "http/1.1"])
    if clients_of is not None:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(clients_of)
    return context


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError, ssl.SSLError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()
