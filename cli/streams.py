"""The streams of the process, which outlive whoever reads them.

`finops status | head -1`: `head` has read enough and is gone. What is written after that goes nowhere, without a word,
and the command does what it was called for: a wake of ten Deployments is not broken off after the first line of it.
"""

import io
import os
import sys
from pathlib import Path


class Unbroken(io.FileIO):
    """A stream for which it is no fault that nobody reads any more."""

    unread = False
    """Whether its reader is gone."""

    def write(self, data: object) -> int:
        """Write, or forget what nobody reads."""
        try:
            return super().write(data)  # type: ignore[arg-type]
        except BrokenPipeError:
            self.unread = True
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.fileno())
            os.close(nowhere)
            return super().write(data)  # type: ignore[arg-type]


def outlive_readers() -> None:
    """Make both streams of this process such ones."""
    sys.stdout, sys.stderr = _unbroken(sys.stdout), _unbroken(sys.stderr)


def is_unread(stream: object) -> bool:
    """Whether the reader of such a stream is gone: the sign to stop for what would otherwise print for ever."""
    raw = getattr(getattr(stream, "buffer", None), "raw", None)
    return isinstance(raw, Unbroken) and raw.unread


def _unbroken(stream: object) -> io.TextIOWrapper:
    if not isinstance(stream, io.TextIOWrapper):  # closed before the process began: `finops status >&-`
        return io.TextIOWrapper(Path(os.devnull).open("wb"), encoding="utf-8")
    return io.TextIOWrapper(
        io.BufferedWriter(Unbroken(stream.fileno(), "w", closefd=False)),
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )
