"""The three programs of the control plane: found in KUBEBUILDER_ASSETS or the cache, else built once."""

import fcntl
import os
import subprocess
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from localcluster.errors import BinaryMissing, BuildFailed, CacheUnusable
from localcluster.folders import KUBERNETES_VERSION, cache_folder
from localcluster.processes import die_with_parent
from localcluster.progress import Progress
from localcluster.toolchain import provide_go

MODULES = Path(__file__).with_name("modules")
TAIL_LINES = 15


@dataclass(frozen=True)
class Program:
    """One program and where its source is: a module of ours that pins it, and a package in it."""

    name: str
    module: str
    package: str
    ldflags: str


def _kubernetes_ldflags() -> str:
    """Without these the server calls itself v0.0.0-master."""
    major, minor, _ = KUBERNETES_VERSION.removeprefix("v").split(".")
    version = "k8s.io/component-base/version"
    values = {"gitVersion": KUBERNETES_VERSION, "gitMajor": major, "gitMinor": minor, "gitTreeState": "clean"}
    return " ".join(["-s -w", *(f"-X {version}.{key}={value}" for key, value in values.items())])


PROGRAMS = (
    Program("etcd", "etcd", "go.etcd.io/etcd/server/v3", "-s -w"),
    Program("kube-apiserver", "kube", "k8s.io/kubernetes/cmd/kube-apiserver", _kubernetes_ldflags()),
    Program("kube-controller-manager", "kube", "k8s.io/kubernetes/cmd/kube-controller-manager", _kubernetes_ldflags()),
)


def provide_binaries(environment: Mapping[str, str] | None = None, progress: Progress | None = None) -> Path:
    """Folder with the three programs, built into the user's cache when it has none.

    Args:
        environment: stands for os.environ; PATH, KUBEBUILDER_ASSETS, XDG_CACHE_HOME, Go's, pip's and proxy variables
            count.
        progress: where to show a build, about 6 minutes on two cores; standard error by default.

    Raises:
        BinaryMissing: KUBEBUILDER_ASSETS is set but lacks one.
        GoMissing: a build is needed and there is no Go.
        BuildFailed: the build ended with an error.
        CacheUnusable: the cache cannot be written.
    """
    environment = os.environ if environment is None else environment
    assets = environment.get("KUBEBUILDER_ASSETS")
    if assets:
        return _check_assets(Path(assets))
    folder = cache_folder(environment)
    if _missing(folder):
        progress = progress or Progress()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with _build_lock(folder, progress):
                _build(folder, environment, progress)
        except OSError as error:
            raise CacheUnusable(folder, error.strerror or str(error)) from error
    return folder


def _check_assets(folder: Path) -> Path:
    for program in _missing(folder):
        raise BinaryMissing(folder, program.name)
    return folder


def _missing(folder: Path) -> list[Program]:
    return [program for program in PROGRAMS if not os.access(folder / program.name, os.X_OK)]


@contextmanager
def _build_lock(folder: Path, progress: Progress) -> Iterator[None]:
    with (folder / "build.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            with progress.step("Waiting for another build of the control plane"):
                fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build(folder: Path, environment: Mapping[str, str], progress: Progress) -> None:
    """Build what is missing, one atomic rename each, so that a broken-off build goes on where it stopped."""
    missing = _missing(folder)
    if not missing:
        return
    environment = _build_environment(folder, environment)
    go = provide_go(folder.parent, environment, progress)
    for leftover in folder.glob("*.partial"):
        leftover.unlink()
    progress.say(
        f"Building Kubernetes {KUBERNETES_VERSION} with {go} into {folder} (about 6 minutes on two cores, once)"
    )
    for number, program in enumerate(missing, start=1):
        output = _Output()
        with progress.step(f"[{number}/{len(missing)}] {program.name}", output.summary):
            _build_program(go, program, folder, environment, output)


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


def _build_program(go: str, program: Program, folder: Path, environment: dict[str, str], output: _Output) -> None:
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
        raise BuildFailed(program.name, code, "\n".join(output.tail))
    partial.rename(folder / program.name)
