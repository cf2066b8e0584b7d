"""Giving memory back that is no longer needed.

Two things keep it. An evicted workflow is a cycle of tasks, frames and models, 200 KB of it, and the collector gets
round to the oldest generation too seldom to notice a thousand of them. And glibc gives every few threads an arena of
their own, of which it returns nothing from the top: after one listing of 1,000 Deployments 14 MB stayed with two
arenas, 7 MB with one.
"""

import asyncio
import ctypes
import gc

SETTLE_SECONDS = 5.0
"""After the start, at which wakes may have been waiting for this process: they come first."""
TRIM_SECONDS = 15.0
_M_ARENA_MAX = -8
"""From glibc's malloc.h."""


def use_one_arena() -> None:
    """Let all threads allocate in one place. For a process that serves, before its first thread starts.

    Threads seldom meet there: Python runs one at a time. Nothing happens where the C library has no arenas.
    """
    call = getattr(ctypes.CDLL(None), "mallopt", None)
    if call is not None:
        call(_M_ARENA_MAX, 1)


def settle() -> None:
    """Take what is loaded by now out of every later collection: modules stay, and looking through them takes most of
    a collection's time.
    """
    gc.collect()
    gc.freeze()


def trim() -> bool:
    """Collect what is unreachable and hand free pages back to the system, in some milliseconds.

    False where the C library has no such call (musl, macOS).
    """
    gc.collect()
    call = getattr(ctypes.CDLL(None), "malloc_trim", None)
    return call is not None and bool(call(0))


async def keep_trimmed() -> None:
    """Trim soon, because the imports have left 6 MB of scraps, and then again and again, until cancelled."""
    await asyncio.sleep(SETTLE_SECONDS)
    settle()
    while True:
        await asyncio.to_thread(trim)
        await asyncio.sleep(TRIM_SECONDS)
