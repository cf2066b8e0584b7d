"""A kit, once, in a folder of the user's cache: downloaded where that can be, else built with Go."""

import fcntl
import os
import subprocess
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from localcluster.building.downloads import download
from localcluster.building.programs import Kit, Program
from localcluster.building.releases import Archive
from localcluster.building.toolchain import provide_go
from localcluster.errors import BuildFailed, CacheUnusable
from localcluster.processes import die_with_parent
from localcluster.progress import Progress

MODULES = Path(__file__).with_name("modules")
TAIL_LINES = 15


def missing(kit: Kit, folder: Path) -> list[Program]:
    """The programs of a kit that a folder does not have."""
    return [program for program in kit.programs if not os.access(folder / program.name, os.X_OK)]


def provide_missing(
    kit: Kit,
    folder: Path,
    environment: Mapping[str, str],
    progress: Progress,
    releases: tuple[Archive, ...] = (),
) -> None:
    """Download what the folder does not have yet, or build it; two at once wait for each other.

    Args:
        kit: what is wanted.
        folder: where it belongs.
        environment: of Go, pip and proxies, and whether to download at all.
        progress: where to report.
        releases: the official archives with the whole kit, if there are any for this machine.

    Raises:
        GoMissing: there is no Go.
        BuildFailed: the build ended with an error.
        CacheUnusable: the folder cannot be written.
    """
    if not missing(kit, folder):
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _build_lock(kit, folder, progress):
            if missing(kit, folder) and not download(releases, folder, environment, progress):
                _build(kit, folder, environment, progress)
    except OSError as error:
        raise CacheUnusable(folder, error.strerror or str(error)) from error


@contextmanager
def _build_lock(kit: Kit, folder: Path, progress: Progress) -> Iterator[None]:
    with (folder / "build.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            with progress.step(f"Waiting for another start that provides {kit.title}"):
                fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build(kit: Kit, folder: Path, environment: Mapping[str, str], progress: Progress) -> None:
    """Build what is missing, one atomic rename each, so that a broken-off build goes on where it stopped."""
    wanted = missing(kit, folder)
    environment = _build_environment(folder, environment)
    go = provide_go(folder.parent, environment, progress, kit)
    for leftover in folder.glob("*.partial"):
        leftover.unlink()
    progress.say(f"Building {kit.title} with {go} into {folder} ({kit.duration}, once)")
    for number, program in enumerate(wanted, start=1):
        output = _Output()
        with progress.step(f"[{number}/{len(wanted)}] {program.name}", output.summary):
            _build_program(go, kit, program, folder, environment, output)


def _build_environment(folder: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """The user's environment (proxies, GOPROXY, GOFLAGS) without what would build for another machine or module."""
    unwanted = {"GOOS", "GOARCH", "GOROOT"}
    result = {key: value for key, value in environment.items() if key not in unwanted}
    result.update(CGO_ENABLED="0", GOWORK="off", GOTOOLCHAIN="local")
    # Without HOME Go knows no place for its own caches.
    if not result.get("HOME"):
        result.setdefault("GOPATH", str(folder.parent / "gopath"))
        result.setdefault("GOCACHE", str(folder.parent / "gocache"))
    return result


@dataclass
class _Output:
    """What the compiler says: `go build -v` names each package it compiles."""

    packages: int = 0
    downloads: int = 0
    tail: deque[str] = field(default_factory=lambda: deque(maxlen=TAIL_LINES))

    def add(self, line: str) -> None:
        if line.startswith("go: downloading "):
            self.downloads += 1
        elif " " not in line:
            self.packages += 1
        else:
            self.tail.append(line)

    def summary(self) -> str:
        parts = [(self.downloads, "modules downloaded"), (self.packages, "packages compiled")]
        return ", ".join(f"{count} {what}" for count, what in parts if count)


def _build_program(
    go: str, kit: Kit, program: Program, folder: Path, environment: dict[str, str], output: _Output
) -> None:
    partial = folder / f"{program.name}.partial"
    # -mod=readonly on the command line wins over a -mod in the user's GOFLAGS.
    command = [go, "build", "-v", "-mod=readonly", "-trimpath", "-ldflags", program.ldflags]
    command += ["-o", str(partial), program.package]
    with subprocess.Popen(
        command,
        cwd=MODULES / program.module,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        preexec_fn=die_with_parent(),  # noqa: PLW1509 - only sets a process attribute; see die_with_parent
    ) as process:
        assert process.stderr is not None
        try:
            for line in process.stderr:
                output.add(line.rstrip())
            code = process.wait()
        except BaseException:
            process.kill()
            raise
    if code != 0:
        raise BuildFailed(program.name, code, "\n".join(output.tail), kit.instead)
    partial.rename(folder / program.name)
