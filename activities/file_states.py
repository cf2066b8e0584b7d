"""Files that are replaced under a running process, and told from those that were there before."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class FileState:
    """What tells a file from the one that replaces it."""

    file: Path
    told: tuple[int, int, int] | None

    @classmethod
    def of(cls, file: Path) -> "FileState":
        """Its state now; `told` is None where there is no such file."""
        try:
            status = file.stat()
        except OSError:
            return cls(file, None)
        return cls(file, (status.st_ino, status.st_mtime_ns, status.st_size))

    @property
    def has_changed(self) -> bool:
        """Whether another file stands in its place."""
        return FileState.of(self.file) != self
