"""Files that change in one step: a reader sees the old text or the new one, also after a power cut."""

import os
import tempfile
from pathlib import Path


def write_atomically(file: Path, text: str) -> Path:
    """Write or replace a file that everyone may read. Raises OSError, and the old file is then untouched."""
    descriptor, temporary = tempfile.mkstemp(dir=file.parent, prefix=".", suffix=".tmp")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fchmod(stream.fileno(), 0o644)
            os.fsync(stream.fileno())
        Path(temporary).replace(file)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    sync_directory(file.parent)
    return file


def sync_directory(directory: Path) -> None:
    """Make what was created, renamed or removed in a directory last. Raises OSError."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
