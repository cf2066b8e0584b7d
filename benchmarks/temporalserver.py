"""The embedded Temporal server alone, for benchmarks that measure the worker as a process of its own."""

import asyncio
import os
from pathlib import Path

from worker.embedded.temporal import EmbeddedTemporal
from worker.state import StateFolder


async def serve() -> None:
    """Until it is ended."""
    async with EmbeddedTemporal.start(StateFolder(Path(os.environ["FINOPS_STATE_DIR"]))) as server:
        await server.keep_running()


if __name__ == "__main__":
    asyncio.run(serve())
