"""The network between a worker and its Temporal, which can be cut: what is sent then waits until it is mended."""

import asyncio
import threading
from typing import Self


class Forwarder:
    """Forwards connections to one address, in a thread of its own; a context manager."""

    def __init__(self, target: str) -> None:
        self._target = target.rsplit(":", 1)
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=[self._run()], daemon=True)
        self._pumps: set[asyncio.Task[None]] = set()
        self.address = ""

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()
        self._loop.close()

    def cut(self) -> None:
        """From now on nothing arrives, on either side."""
        self._loop.call_soon_threadsafe(self._whole.clear)

    def mend(self) -> None:
        """All that waited arrives."""
        self._loop.call_soon_threadsafe(self._whole.set)

    async def _run(self) -> None:
        self._whole, self._over = asyncio.Event(), asyncio.Event()
        self._whole.set()
        server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        self.address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._ready.set()
        await self._over.wait()
        server.close()
        for pump in self._pumps:
            pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, port = self._target
        far_reader, far_writer = await asyncio.open_connection(host, int(port))
        for ends in ((reader, far_writer), (far_reader, writer)):
            pump = asyncio.create_task(self._pump(*ends))
            self._pumps.add(pump)
            pump.add_done_callback(self._pumps.discard)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(2**16):
                await self._whole.wait()
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()
