"""The network between a worker and its Temporal, which can be cut: what is sent then waits until it is mended."""

import asyncio

from relay import Relay


class Forwarder(Relay):
    """Forwards connections to one address."""

    def __init__(self, target: str) -> None:
        super().__init__(target)
        self._pumps: set[asyncio.Task[None]] = set()
        self._whole = asyncio.Event()
        self._whole.set()

    def cut(self) -> None:
        """From now on nothing arrives, on either side."""
        self._loop.call_soon_threadsafe(self._whole.clear)

    def mend(self) -> None:
        """All that waited arrives."""
        self._loop.call_soon_threadsafe(self._whole.set)

    async def _close(self) -> None:
        for pump in self._pumps:
            pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(*self._target)
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
