"""Where things live: built programs in the user's cache, running control planes in the user's state."""

import fcntl
import os
import shutil
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from localcluster.errors import ClusterAlreadyRunning, FolderRefused

KUBERNETES_VERSION = "v1.37.1"
PRODUCT_FOLDER = "finops-enforcer"
LOCK_NAME = "cluster.lock"
STATE_NAME = "cluster.json"
UNNAMED_PREFIX = "auto-"
# A folder this young may belong to a start that has not locked it yet.
CLAIM_SECONDS = 3.0
SWEEP_AFTER_SECONDS = 60.0


def cache_folder(environment: Mapping[str, str]) -> Path:
    """Folder of the built programs of this version."""
    return _base(environment, "XDG_CACHE_HOME", ".cache", "Library/Caches") / "kube" / KUBERNETES_VERSION


def clusters_folder(environment: Mapping[str, str]) -> Path:
    """Folder with one folder per control plane that was started by name or without one."""
    return _base(environment, "XDG_STATE_HOME", ".local/state", "Library/Application Support") / "clusters"


def _base(environment: Mapping[str, str], variable: str, linux: str, macos: str) -> Path:
    chosen = environment.get(variable, "")
    if Path(chosen).is_absolute():
        return Path(chosen) / PRODUCT_FOLDER
    home = Path(environment.get("HOME") or Path.home())
    return home / (macos if sys.platform == "darwin" else linux) / PRODUCT_FOLDER


def claim(folder: Path) -> int:
    """Create and lock a folder for one control plane; returns the lock's file descriptor.

    The lock goes with the open file, so it ends with the last process that inherited it, however that process ends.

    Raises:
        AlreadyRunning: somebody holds the lock.
        FolderRefused: the folder holds something else, or cannot be made.
    """
    lock_path = folder / LOCK_NAME
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not lock_path.exists() and any(folder.iterdir()):
            raise FolderRefused(folder, "it is not empty and no control plane made it")
        folder.chmod(0o700)
        lock = os.open(lock_path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise FolderRefused(folder, error.strerror or str(error)) from error
    if not _lock_soon(lock):
        os.close(lock)
        raise ClusterAlreadyRunning(folder)
    try:
        removed_meanwhile = lock_path.stat().st_ino != os.fstat(lock).st_ino
    except FileNotFoundError:
        removed_meanwhile = True
    if removed_meanwhile:
        os.close(lock)
        return claim(folder)
    return lock


def _lock_soon(lock: int) -> bool:
    """Take the lock, also from programs that are just dying with their killed supervisor."""
    deadline = time.monotonic() + CLAIM_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        else:
            return True


def is_claimed(folder: Path) -> bool:
    """Whether a living process holds the folder's lock."""
    try:
        lock = os.open(folder / LOCK_NAME, os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(lock)
    return False


def empty(folder: Path) -> None:
    """Remove everything in a claimed folder but its lock."""
    for entry in folder.iterdir():
        if entry.name == LOCK_NAME:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink(missing_ok=True)


def remove(folder: Path) -> None:
    """Remove a folder of ours; one that is not ours stays."""
    if (folder / LOCK_NAME).exists():
        shutil.rmtree(folder, ignore_errors=True)


def abandoned(clusters: Path) -> list[Path]:
    """Folders of unnamed control planes whose processes were all killed."""
    if not clusters.is_dir():
        return []
    now = time.time()
    return [
        folder
        for folder in clusters.glob(f"{UNNAMED_PREFIX}*")
        if now - folder.stat().st_mtime > SWEEP_AFTER_SECONDS and not is_claimed(folder)
    ]
