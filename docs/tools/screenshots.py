"""Pictures of Temporal's UI, taken while the demo plays: the timeline of a sleeper that was woken, and the list.

    make pictures

The demo's own cluster, service and workloads, and a real Chromium (CHROMIUM_BIN, or the one on PATH). Where pngquant is
installed, the pictures are made smaller with it.
"""  # noqa: INP001

import asyncio
import json
import shutil
import subprocess
import sys
from pathlib import Path

from browser import browser
from rich.console import Console

from cli.demo.stage import CLUSTER, Stage
from cli.demo.story import play
from cli.demo.workloads import SLEEPER_TO_WAKE
from worker.temporal.web_ui import WebUi

PICTURES = Path(__file__).parents[1] / "pictures"
LARGEST_BYTES = 300_000
COLUMNS = ("Workflow ID", "HibernationState", "ResumeAt", "SavedPerDay", "Policy")
_LIST = "/namespaces/default/workflows?query=WorkflowType%3D%22Hibernation%22"
_HEADING = "[...document.querySelectorAll('h2')].find(heading => heading.textContent.trim() === 'Timeline')"
_TIMELINE = f"{_HEADING}.parentElement.parentElement.parentElement"
_ASCENDING = "[...document.querySelectorAll('button')].find(button => button.textContent.includes('Descending'))"
_TABLE = "document.querySelector('table')"
_PAINTING_SECONDS = 2.0
"""For what a page does after its text is there; it has no sign for that."""


def take(stage: Stage) -> None:
    """Pictures of Temporal's UI"""
    asyncio.run(_take(stage.ui_url))


async def _take(ui: str) -> None:
    async with browser(1420, 1500) as page:
        await page.open(WebUi(url=ui).hibernation_page(CLUSTER, SLEEPER_TO_WAKE.key))
        await page.wait(f"document.body?.innerText.includes('not paused before') && {_HEADING}")
        await page.ask(f"{_ASCENDING}.click()")
        await asyncio.sleep(_PAINTING_SECONDS)
        _save("timeline", await page.photograph(_TIMELINE))
        columns = json.dumps({"default": [{"label": name} for name in COLUMNS]})
        await page.ask(f"localStorage.setItem('namespace-workflow-table-columns', {json.dumps(columns)})")
        await page.open(ui + _LIST)
        await page.wait(f"document.body?.innerText.includes('SavedPerDay') && {_TABLE}?.querySelector('a')")
        await asyncio.sleep(_PAINTING_SECONDS)
        _save("sleepers", await page.photograph(_TABLE))


def _save(name: str, picture: bytes) -> None:
    """As `docs/pictures/NAME.png`. Raises ValueError where it is too large to be committed."""
    if quantise := shutil.which("pngquant"):
        smaller = subprocess.run([quantise, "--speed", "1", "64", "-"], input=picture, capture_output=True, check=True)
        picture = smaller.stdout
    if len(picture) > LARGEST_BYTES:
        raise ValueError(f"{name}.png has {len(picture)} bytes, more than {LARGEST_BYTES}: install pngquant")
    (PICTURES / f"{name}.png").write_bytes(picture)


if __name__ == "__main__":
    sys.exit(play(Console(width=100, highlight=False), keep=False, look=take))
