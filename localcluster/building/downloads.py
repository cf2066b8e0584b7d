"""Official binaries instead of a build: fetched, held against their pinned hashes, and only then unpacked.

Whatever goes wrong on the way is no failure: it is said in one line, and the source is built as ever.
"""

import hashlib
import shutil
import tarfile
from collections.abc import Iterator, Mapping
from http.client import HTTPException
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, build_opener
from urllib.request import proxy_bypass_environment as bypasses  # type: ignore[attr-defined] # typeshed lacks it

from localcluster.building.releases import Archive
from localcluster.progress import Progress

SETTING = "LOCALCLUSTER_DOWNLOADS"
"""`never` builds from source; an address is a mirror with the same paths; else the official hosts are asked."""
NEVER = "never"
_PATIENCE_SECONDS = 10.0
_CHUNK = 1 << 20


class NotDownloaded(Exception):
    """The official binaries are not to be had; the programs are built."""


def download(archives: tuple[Archive, ...], folder: Path, environment: Mapping[str, str], progress: Progress) -> bool:
    """Put the programs of all archives into a folder that exists; whether they are there now.

    Nothing is fetched where there is no pinned archive, or the environment says `never`.

    Raises:
        OSError: the folder cannot be written.
    """
    if not archives or environment.get(SETTING) == NEVER:
        return False
    line = _Line(environment)
    try:
        for archive in archives:
            line.expect_published(archive)
        for archive in archives:
            _unpack(archive, line.fetch(archive, folder, progress), folder)
    except NotDownloaded as reason:
        progress.say(f"No official binaries ({reason}): they are built instead")
        return False
    return True


def _unpack(archive: Archive, file: Path, folder: Path) -> None:
    """Its programs, each complete before it has its name; the archive goes."""
    try:
        with tarfile.open(file) as content:
            for path in archive.programs:
                name = path.rpartition("/")[2]
                member = content.extractfile(path)
                if member is None:
                    raise NotDownloaded(f"{archive.file_name} has no program {path}")
                partial = folder / f"{name}.partial"
                with member, partial.open("wb") as target:
                    shutil.copyfileobj(member, target)
                partial.chmod(0o755)
                partial.rename(folder / name)
    except (KeyError, EOFError, tarfile.TarError) as error:
        raise NotDownloaded(f"{archive.file_name} is not what was expected: {error}") from error
    finally:
        file.unlink()


class _Line:
    """The way to the releases, or to a mirror of them."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._mirror = environment.get(SETTING, "").rstrip("/")
        self._proxies = {
            name.lower().removesuffix("_proxy"): value
            for name, value in sorted(environment.items())  # as elsewhere, the name in lower case wins
            if name.lower().endswith("_proxy") and value
        }

    def expect_published(self, archive: Archive) -> None:
        """Ask the release for its own list of hashes. Raises NotDownloaded where ours is not in it."""
        if archive.sha256.encode() not in b"".join(self._read(archive.published)):
            raise NotDownloaded(f"the published hash of {archive.file_name} is not the pinned one")

    def fetch(self, archive: Archive, folder: Path, progress: Progress) -> Path:
        """The archive in the folder. Raises NotDownloaded where it does not come whole and unchanged."""
        partial, received, digest = folder / f"{archive.file_name}.partial", 0, hashlib.sha256()
        try:
            with (
                progress.step(f"Downloading {archive.file_name}", lambda: f"{received >> 20} MB"),
                partial.open("wb") as file,
            ):
                for chunk in self._read(archive.address):
                    digest.update(chunk)
                    file.write(chunk)
                    received += len(chunk)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
        if digest.hexdigest() != archive.sha256:
            partial.unlink()
            raise NotDownloaded(f"{archive.file_name} as downloaded does not have the pinned hash")
        return partial

    def _read(self, address: str) -> Iterator[bytes]:
        """What an address holds, in pieces. Raises NotDownloaded."""
        place = f"{self._mirror}{urlsplit(address).path}" if self._mirror else address
        host = place
        try:
            parts = urlsplit(place)
            host = parts.hostname or place
            proxies = {} if bypasses(parts.netloc, self._proxies) else self._proxies
            with build_opener(ProxyHandler(proxies)).open(place, timeout=_PATIENCE_SECONDS) as answer:
                while chunk := answer.read(_CHUNK):
                    yield chunk
        except (HTTPException, ValueError, OSError) as error:
            raise NotDownloaded(f"{host}: {getattr(error, 'reason', None) or error}") from error
