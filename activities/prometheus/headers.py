"""Further headers of every query, from a file: the tenant that Mimir and Cortex ask for, say."""

import re
from pathlib import Path

_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*:\s*([^\x00-\x1f\x7f]*)")


class HeaderFile:
    """`Name: value` lines; empty ones and those that begin with # are skipped. Read again for every query."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def read(self) -> dict[str, str]:
        """The headers; none without a file. Raises OSError, and ValueError with a sentence that shows no value."""
        if self._path is None:
            return {}
        found = {}
        for number, line in enumerate(self._path.read_text(encoding="utf-8").splitlines(), start=1):
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            header = _HEADER.fullmatch(line.strip())
            if header is None:
                raise ValueError(f"line {number} of {self._path} is not `Name: value`")
            found[header[1]] = header[2].strip()
        return found
