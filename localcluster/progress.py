"""One line per step with the time it took, for work that lasts longer than a second."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

HEARTBEAT_SECONDS = 15.0
TICK_SECONDS = 0.5


def elapsed_text(seconds: float) -> str:
    """Seconds as people say them: `4 s`, `2 min 05 s`."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


class Progress:
    """Writes steps to a stream: a line that ticks in a terminal, else a line every 15 seconds."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._terminal = self._stream.isatty()

    def say(self, text: str) -> None:
        """Write one line."""
        print(text, file=self._stream, flush=True)

    @contextmanager
    def step(self, title: str, detail: Callable[[], str] = str) -> Iterator[None]:
        """Show `title` while the block runs; `detail` is asked for how far it has come."""
        started = time.monotonic()
        ended = threading.Event()

        def line() -> str:
            extra = detail()
            return f"{title}: {extra}{', ' if extra else ''}{elapsed_text(time.monotonic() - started)}"

        def tick() -> None:
            while not ended.wait(TICK_SECONDS if self._terminal else HEARTBEAT_SECONDS):
                self._write(f"\r\x1b[2K{line()}" if self._terminal else f"{line()} so far\n")

        if not self._terminal:
            self._write(f"{title} ...\n")
        ticker = threading.Thread(target=tick, daemon=True)
        ticker.start()
        try:
            yield
        except BaseException:
            self._finish(ended, ticker, f"{line()}, not finished")
            raise
        self._finish(ended, ticker, f"{line()}, done")

    def _finish(self, ended: threading.Event, ticker: threading.Thread, text: str) -> None:
        ended.set()
        ticker.join()
        self._write(f"\r\x1b[2K{text}\n" if self._terminal else f"{text}\n")

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
