"""A headless Chromium, told by its DevTools protocol what to open, to click and to photograph."""  # noqa: INP001

import asyncio
import base64
import itertools
import json
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
PATIENCE_SECONDS = 60.0


class NoBrowser(Exception):
    """There is no Chromium on this machine."""

    def __init__(self) -> None:
        super().__init__(
            "the pictures are taken in a Chromium: install one (apt-get install chromium), or name it with CHROMIUM_BIN"
        )


class Page:
    """One tab."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)

    async def call(self, method: str, **parameters: Any) -> Any:
        """One command of the protocol, and its result. Raises RuntimeError with the browser's own words."""
        number = next(self._numbers)
        await self._socket.send_json({"id": number, "method": method, "params": parameters})
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                message = json.loads(await self._socket.receive_str())
                if message.get("id") == number:
                    if "error" in message:
                        raise RuntimeError(f"{method}: {message['error']['message']}")
                    return message["result"]

    async def open(self, address: str) -> None:
        """Go there."""
        await self.call("Page.navigate", url=address)

    async def ask(self, expression: str) -> Any:
        """The value of a JavaScript expression."""
        answer = await self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        return answer["result"].get("value")

    async def wait(self, expression: str) -> None:
        """Until it is true. Raises TimeoutError."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not await self.ask(f"Boolean({expression})"):
                await asyncio.sleep(0.2)

    async def photograph(self, element: str) -> bytes:
        """What a JavaScript expression finds on the page, as PNG."""
        clip = await self.ask(f"({element}).getBoundingClientRect().toJSON()")
        clip = {edge: clip[edge] for edge in ("x", "y", "width", "height")}
        taken = await self.call("Page.captureScreenshot", format="png", clip={**clip, "scale": 1})
        return base64.b64decode(taken["data"])


@asynccontextmanager
async def browser(width: int, height: int) -> AsyncIterator[Page]:
    """A Chromium with one tab of that size, and nothing remembered from another time. Raises NoBrowser."""
    program = os.environ.get("CHROMIUM_BIN") or next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        raise NoBrowser
    with tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True) as profile:
        options = [
            "--headless=new",
            "--disable-gpu",
            "--hide-scrollbars",
            "--no-first-run",
            "--remote-debugging-port=0",
        ]
        options += [f"--user-data-dir={profile}", f"--window-size={width},{height}", "--force-color-profile=srgb"]
        if os.geteuid() == 0:
            options.append("--no-sandbox")  # Chromium has none for root; it only sees a server of ours
        process = await asyncio.create_subprocess_exec(
            program, *options, "about:blank", stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
        )
        try:
            async with aiohttp.ClientSession() as session:
                address = await _tab(session, Path(profile) / "DevToolsActivePort")
                async with session.ws_connect(address, max_msg_size=0) as socket:
                    page = Page(socket)
                    await page.call("Emulation.setTimezoneOverride", timezoneId="UTC")
                    yield page
        finally:
            process.terminate()
            await process.wait()


async def _tab(session: aiohttp.ClientSession, file: Path) -> str:
    """The address of its one tab's socket, once it has one."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not file.exists() or not file.read_text().strip():
            await asyncio.sleep(0.1)
        port = file.read_text().split()[0]
        while True:
            async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
                tabs = [tab for tab in await answer.json() if tab["type"] == "page"]
            if tabs:
                return str(tabs[0]["webSocketDebuggerUrl"])
            await asyncio.sleep(0.1)
