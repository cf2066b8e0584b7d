"""The state folder: what an installation on one machine remembers between two starts.

instance        the name under which this machine pauses, as it stands in the annotation `finops.io/instance`
policies/       the policy documents `finops apply` writes
finops.toml     settings, if somebody wrote them
ports.json      the ports of the embedded server, so that its UI address survives a restart
temporal.json   where the embedded server is, while it runs
temporal.db     its database; temporal.log what it said
lock            held as long as `finops run` or its server lives
"""

import os
import platform
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from errno import EDQUOT, ENOSPC
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from worker.errors import DiskFull, StateNotWritable

NEEDED_BYTES = 200_000_000
"""Smallest room to start with: 1,000 sleepers took some 60 MB with their histories; the rest is a margin."""

Model = TypeVar("Model", bound=BaseModel)


class ServerAddress(BaseModel):
    """Where the embedded server listens; only on this machine."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    address: str
    ui_url: str
    pid: int


class Ports(BaseModel):
    """The two ports people and programs may have noted down."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    server: int = Field(ge=1, le=65535)
    ui: int = Field(ge=1, le=65535)


def measure_free_space(path: Path) -> int:
    """Bytes an ordinary user may still write on the disk of `path`, which exists."""
    return shutil.disk_usage(path).free


@dataclass(frozen=True)
class StateFolder:
    """The folder at `path`. Reading never creates it; `create()` and every write do."""

    path: Path
    free_space: Callable[[Path], int] = measure_free_space

    @property
    def policies(self) -> Path:
        """Where policy documents live unless a setting says otherwise."""
        return self.path / "policies"

    @property
    def lock(self) -> Path:
        """The file whose lock says that a `finops run` lives."""
        return self.path / "lock"

    @property
    def database(self) -> Path:
        """The embedded server's database."""
        return self.path / "temporal.db"

    @property
    def server_log(self) -> Path:
        """What the embedded server said since it started; the run before is beside it with the ending `.1`."""
        return self.path / "temporal.log"

    def create(self) -> None:
        """Make the folder, readable by its owner only, and prove that it takes a file.

        Raises:
            StateNotWritable: it cannot be made or written.
            DiskFull: the disk took not one file more.
        """
        with self._guarded(self.path):
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.TemporaryFile(dir=self.path) as probe:
                probe.write(b"finops")

    def free_bytes(self) -> int:
        """Bytes left on the disk of the folder, or of the nearest parent that exists."""
        existing = next(folder for folder in (self.path, *self.path.absolute().parents) if folder.exists())
        with self._guarded(existing):
            return self.free_space(existing)

    def require_space(self, needed: int = NEEDED_BYTES) -> None:
        """Refuse to go on with less than `needed` bytes.

        Raises:
            DiskFull: with both figures and the place.
        """
        free = self.free_bytes()
        if free < needed:
            raise DiskFull(self.path, free=free, needed=needed)

    def settle_instance(self, host: str | None = None) -> str:
        """The instance of this folder: the recorded one, else `local-<host>`, recorded from now on.

        A later change of the host's name changes nothing, or every sleeper would belong to a stranger.
        """
        recorded = self.read_instance()
        if recorded is not None:
            return recorded
        short = (platform.node() if host is None else host).split(".")[0].lower()
        label = re.sub(r"[^a-z0-9]+", "-", short).strip("-")[:50] or "host"
        self._write("instance", f"local-{label}\n")
        return f"local-{label}"

    def read_instance(self) -> str | None:
        """The recorded instance, or None before the first `finops run`."""
        return (self._read("instance") or "").strip() or None

    def read_server(self) -> ServerAddress | None:
        """Where the embedded server is, or was when its `finops run` was killed; None after a clean stop."""
        return _parse(ServerAddress, self._read("temporal.json"))

    def write_server(self, server: ServerAddress) -> None:
        """Tell the other commands where the embedded server is."""
        self._write("temporal.json", server.model_dump_json())

    def remove_server(self) -> None:
        """Say that no embedded server runs any more."""
        with self._guarded(self.path / "temporal.json"):
            (self.path / "temporal.json").unlink(missing_ok=True)

    def read_ports(self) -> Ports | None:
        """The ports of the last start; None where there was none or the file is unreadable."""
        return _parse(Ports, self._read("ports.json"))

    def write_ports(self, ports: Ports) -> None:
        """Keep the ports for the next start."""
        self._write("ports.json", ports.model_dump_json())

    def _read(self, name: str) -> str | None:
        with self._guarded(self.path / name):
            try:
                return (self.path / name).read_text(encoding="utf-8", errors="replace")
            except (FileNotFoundError, NotADirectoryError):
                return None

    def _write(self, name: str, text: str) -> None:
        """Replace a file in one step: a reader sees the old text or the new one, also after a kill."""
        self.create()
        with self._guarded(self.path / name):
            descriptor, temporary = tempfile.mkstemp(dir=self.path, prefix=f".{name}.")
            try:
                with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
                    stream.write(text)
                    stream.flush()
                    os.fsync(stream.fileno())
                Path(temporary).replace(self.path / name)
            except BaseException:
                Path(temporary).unlink(missing_ok=True)
                raise

    @contextmanager
    def _guarded(self, path: Path) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if error.errno in {ENOSPC, EDQUOT}:
                raise DiskFull(self.path, free=None, needed=NEEDED_BYTES) from error
            raise StateNotWritable(path, error.strerror or type(error).__name__) from error


def _parse(model: type[Model], text: str | None) -> Model | None:
    if text is None:
        return None
    try:
        return model.model_validate_json(text)
    except ValidationError:
        return None
