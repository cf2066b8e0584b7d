"""What completion found a moment ago, in the user's cache folder."""

import json
import os
import stat
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

FRESH_SECONDS = 30.0
"""How long names count as they are."""
STALE_SECONDS = 600.0
"""How long they are still offered, while they are asked for anew behind the back of whoever types."""
FAILED_SECONDS = 10.0
"""How long a cluster that did not answer is not asked again: each time the shell would stand still."""
_KEPT_SECONDS = 3600.0
"""Older files are removed on the way."""


class Known(NamedTuple):
    """Names, and whether it is time to ask for them anew."""

    names: list[str]
    stale: bool = False


def cache_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Where it is: XDG_CACHE_HOME, if it is absolute as its specification wants it, or what the system has for it."""
    given, home = Path(environment.get("XDG_CACHE_HOME", "")), Path(environment.get("HOME") or Path.home())
    base = given if given.is_absolute() else home / ("Library/Caches" if sys.platform == "darwin" else ".cache")
    return base / "finops-enforcer" / "completion"


class Remembered:
    """One answer, in a folder of them, by what it depends on."""

    def __init__(self, folder: Path, key: str) -> None:
        self._file = folder / f"{key}.json"

    def read(self) -> Known | None:
        """The names; no names where there were none to be had a moment ago; None where somebody has to ask first."""
        try:
            _require_own(self._file.parent)
            age = time.time() - self._file.stat().st_mtime
            told = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        if told is None:
            return Known([]) if 0 <= age < FAILED_SECONDS else None
        if not isinstance(told, list) or not 0 <= age < STALE_SECONDS:
            return None
        return Known(list(map(str, told)), stale=age >= FRESH_SECONDS)

    def touch(self) -> None:
        """Let the names count as they are for one more while."""
        with suppress(OSError):
            os.utime(self._file)

    def write(self, names: Sequence[str] | None) -> None:
        """Remember them, or with None that there was no answer. A folder that takes nothing is no fault."""
        with suppress(OSError):
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _require_own(self._file.parent)
            written = self._file.with_suffix(f".{os.getpid()}")
            with written.open("x", encoding="utf-8") as file:  # never through a link that somebody put there
                file.write(json.dumps(None if names is None else list(names)))
            written.replace(self._file)
            for old in self._file.parent.iterdir():
                if time.time() - old.lstat().st_mtime > _KEPT_SECONDS:
                    old.unlink()


def _require_own(folder: Path) -> None:
    """What stands in a folder that others may write to is typed into nobody's shell. Raises PermissionError."""
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise PermissionError(f"{folder} is not the user's own")
