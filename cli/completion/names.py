"""The names of a cluster, for completion: quick, silent, and remembered for a moment.

As a program of its own (`python -m cli.completion.names`) it asks for some anew, and remembers them.
"""

import hashlib
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import Any

from cli.completion.cache import Remembered, cache_folder
from cli.completion.grammar import Takes

SECONDS = 2.0
"""How long a cluster may take to answer. Until then the shell stands still."""


def find_names(takes: Takes, namespace: str, place: Mapping[str, str]) -> Sequence[str]:
    """What can stand there, of the installation that these settings name; nothing where it cannot be found out."""
    known = _remembered(takes, namespace, place).read()
    if known is None:
        return ask_anew(takes, namespace, place) or ()
    if known.stale:
        _ask_behind_the_back(takes, namespace, place)
    return known.names


def ask_anew(takes: Takes, namespace: str, place: Mapping[str, str]) -> Sequence[str] | None:
    """Ask, within the time, and remember the answer; None where there is none."""
    names = import_module("operations.names")  # what is remembered needs no client
    found = _within(SECONDS, lambda: _ask(names, takes, namespace, place))
    _remembered(takes, namespace, place).write(found)
    return found


def _remembered(takes: Takes, namespace: str, place: Mapping[str, str]) -> Remembered:
    """By all that the answer depends on. A kubeconfig that was written since may lead elsewhere."""
    variables = {name: value for name, value in os.environ.items() if name.startswith(("FINOPS_", "KUBE"))}
    named = place.get("kubeconfig") or variables.get("KUBECONFIG") or str(Path.home() / ".kube" / "config")
    written = [Path(file).stat().st_mtime_ns if Path(file).exists() else 0 for file in named.split(os.pathsep)]
    parts = (str(takes), namespace, sorted(place.items()), sorted(variables.items()), str(Path.cwd()), written)
    return Remembered(cache_folder(), hashlib.sha256(repr(parts).encode()).hexdigest()[:32])


def _ask_behind_the_back(takes: Takes, namespace: str, place: Mapping[str, str]) -> None:
    """In a process that lives on: the shell waits for whoever holds its pipe."""
    _remembered(takes, namespace, place).touch()  # so that the next key does not start another one
    from subprocess import DEVNULL, Popen  # noqa: PLC0415 - seldom needed

    asked = json.dumps([takes, namespace, dict(place)])
    Popen(
        [sys.executable, "-P", "-m", "cli.completion.names", asked],  # -P: nobody's own folder `cli` is meant
        stdin=DEVNULL,
        stdout=DEVNULL,
        stderr=DEVNULL,
        start_new_session=True,
    )


def _within(seconds: float, ask: Callable[[], Sequence[str]]) -> Sequence[str] | None:
    """The answer, or None where it is late or there is none. Whoever still asks ends with the process."""
    found: list[Sequence[str]] = []

    def run() -> None:
        with suppress(Exception):
            found.append(ask())

    asking = Thread(target=run, daemon=True)
    asking.start()
    asking.join(seconds)
    return found[0] if found else None


def _ask(names: Any, takes: Takes, namespace: str, place: Mapping[str, str]) -> Sequence[str]:
    installation = names.Installation(place, user="completion")
    ask: dict[Takes, Callable[[], Sequence[str]]] = {
        Takes.WORKLOAD: lambda: names.list_workload_names(installation, namespace or None),
        Takes.SLEEPER: lambda: names.list_sleeper_names(installation, namespace or None),
        Takes.NAMESPACE: lambda: names.list_namespace_names(installation),
        Takes.CONTEXT: lambda: names.list_context_names(installation),
        Takes.CLUSTER: lambda: names.list_cluster_names(installation),
        Takes.POLICY: lambda: names.list_policy_names(installation),
        Takes.POLICY_OR_FILE: lambda: names.list_policy_names(installation),
    }
    return ask[takes]()


if __name__ == "__main__":
    kind, where, settings = json.loads(sys.argv[1])
    ask_anew(Takes(kind), where, settings)
    os._exit(0)
