"""The command line: up, down, status, kubeconfig, build."""

import argparse
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from localcluster.building.binaries import provide_binaries
from localcluster.cluster import LocalCluster, stop_in
from localcluster.errors import FolderRefused, LocalClusterError, NotRunning
from localcluster.folders import LOCK_NAME, UNNAMED_PREFIX, clusters_folder, is_claimed
from localcluster.processes import belongs_to
from localcluster.supervision import read_state

_BUILD = "only bring the programs into the user's cache: downloaded, or else built"
FAILED = 1
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; exit code 0, 1 for a failure, 2 for wrong usage."""
    options = _parser().parse_args(arguments)
    try:
        folder = options.dir.absolute() if options.dir else clusters_folder(os.environ) / options.name
        return int(options.run(folder, options))
    except LocalClusterError as error:
        print(f"localcluster: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("localcluster: interrupted, nothing is left running", file=sys.stderr)
        return INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="localcluster", description="A real Kubernetes control plane on this machine."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    new = _where("its folder, new or empty; removed by `down`")
    running = _where("the folder in which `up` started it")
    up = commands.add_parser("up", parents=[new], help="start it, detached, and return when it is ready")
    up.add_argument("--audit", choices=["Metadata", "RequestResponse"], default=False, help="write audit.log")
    up.add_argument("--no-controllers", action="store_true", help="do not run kube-controller-manager")
    up.add_argument("--no-pods-ready", action="store_true", help="leave pods pending")
    up.set_defaults(run=_up)
    for name, run, text in (
        ("down", _down, "stop everything and remove the folder"),
        ("status", _status, "say what runs; exit code 1 when it is not all up"),
        ("kubeconfig", _kubeconfig, "print the path of the administrator's kubeconfig"),
    ):
        commands.add_parser(name, parents=[running], help=text, description=text).set_defaults(run=run)
    build = commands.add_parser("build", help=_BUILD, description=_BUILD)
    build.set_defaults(run=_build, dir=None, name="default")
    return parser


def _where(folder: str) -> argparse.ArgumentParser:
    """The two options that say which control plane is meant; `folder` is what `--dir` is."""
    where = argparse.ArgumentParser(add_help=False)
    choice = where.add_mutually_exclusive_group()
    choice.add_argument("--dir", type=Path, help=folder)
    choice.add_argument("--name", type=_name, default="default", help="a name instead of a folder (default: default)")
    return where


def _name(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,40}", text) or text.startswith(UNNAMED_PREFIX):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a name: use lower-case letters, digits and dashes, not beginning with {UNNAMED_PREFIX!r}"
        )
    return text


def _up(folder: Path, options: argparse.Namespace) -> int:
    try:
        cluster = LocalCluster.attach(folder)
        print(f"already running in {folder}", file=sys.stderr)
    except NotRunning:
        cluster = LocalCluster.start(
            folder,
            audit=options.audit,
            controllers=not options.no_controllers,
            pods_ready=not options.no_pods_ready,
        )
        cluster.leave_running()
    print(f"kubeconfig {cluster.kubeconfig}")
    print(f"server {cluster.server}")
    return 0


def _down(folder: Path, _options: argparse.Namespace) -> int:
    if not folder.exists():
        print(f"nothing runs in {folder}")
        return 0
    if not (folder / LOCK_NAME).exists():
        raise FolderRefused(folder, "no control plane made it, so it is not removed")
    stop_in(folder)
    print(f"stopped and removed {folder}")
    return 0


def _status(folder: Path, _options: argparse.Namespace) -> int:
    state = read_state(folder)
    if state is None or not is_claimed(folder):
        raise NotRunning(folder)
    living = {name: belongs_to(pid, folder) for name, pid in {"supervisor": state.supervisor, **state.pids}.items()}
    print(f"folder {folder}")
    print(f"server {state.server} ({'ready' if state.ready else 'starting'})")
    for name, pid in {"supervisor": state.supervisor, **state.pids}.items():
        print(f"{name} {f'runs (pid {pid})' if living[name] else 'has ended'}")
    return 0 if state.ready and all(living.values()) else FAILED


def _kubeconfig(folder: Path, _options: argparse.Namespace) -> int:
    print(LocalCluster.attach(folder).kubeconfig)
    return 0


def _build(_folder: Path, _options: argparse.Namespace) -> int:
    print(provide_binaries(os.environ))
    return 0
