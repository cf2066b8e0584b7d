"""The end of the process."""

import atexit
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NoReturn

INTERRUPTED = 130
"""What shells answer for a program that Ctrl-C ended."""
_STDERR = 2
_SHOW_CURSOR = "\r\x1b[K\x1b[?25h"
"""Clears the line of a progress, which hides the cursor."""


class _BreakingOff:
    """What Ctrl-C does: it ends the command at once, and does not wait for answers that are still out."""

    def __init__(self) -> None:
        self.acts = False
        """Whether the command may have asked for something before."""
        self.asks = False
        """Whether it waits for the answer to a question, before which nothing is changed."""

    def listen(self) -> None:
        """Take Ctrl-C from now on. What serves takes it itself, later; where a shell has it ignored, it stays so."""
        if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
            signal.signal(signal.SIGINT, self._end)

    @contextmanager
    def asking(self) -> Iterator[None]:
        """A question is open as long as this lasts."""
        self.asks = True
        try:
            yield
        finally:
            self.asks = False

    def _end(self, *_: object) -> NoReturn:
        left = ""
        if self.asks:
            left = "; nothing was changed"
        elif self.acts:
            left = "; what was asked for so far goes on: see `finops status`"
        end_process(INTERRUPTED, last_words=f"finops: interrupted{left}\n")


breaking_off = _BreakingOff()


def end_process(code: int, last_words: str = "") -> NoReturn:
    """End without taking the interpreter apart; `last_words` are for stderr.

    The threads of the Temporal SDK may still log then, which kills the interpreter with signal 6 now and then. The
    functions registered for the exit do run: the Kubernetes client removes the keys that it wrote into files.
    """
    atexit._run_exitfuncs()  # noqa: SLF001 - there is no public name for it
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, RuntimeError):  # nobody reads any more, or a signal came in the middle of a write
            stream.flush()
    if last_words:
        with suppress(OSError):  # past sys.stderr, which belongs to a progress while one is shown
            os.write(_STDERR, ((_SHOW_CURSOR if os.isatty(_STDERR) else "") + last_words).encode())
    os._exit(code)
