"""`finops` as a user runs it: a process of its own, killed and started again as the test likes."""

import itertools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from command_server import CommandServer
from deployments import wait_for
from patience import PATIENCE_SECONDS

from worker.state import StateFolder

_NUMBERS = itertools.count(1)


@cache
def _commands() -> CommandServer:
    return CommandServer()


class Service:
    """One state folder, the `finops run` that lives in it, and the commands somebody types beside it."""

    def __init__(self, kubeconfig: Path, folder: Path, *, cluster: str, interval: str = "2s", **settings: str) -> None:
        self.folder = folder
        self.cluster = cluster
        self.state = StateFolder(folder / "state")
        self.log = folder / "run.log"
        self._process: subprocess.Popen[bytes] | None = None
        self.environment = clean_environment() | {
            "KUBECONFIG": str(kubeconfig),
            "FINOPS_STATE_DIR": str(self.state.path),
            "FINOPS_CLUSTER": cluster,
            # Tests share one control plane: what another one left asleep is not to be adopted.
            "FINOPS_INSTANCE": f"{cluster}-{next(_NUMBERS)}",
            "FINOPS_INTERVAL": interval,
            "FINOPS_PAUSES_PER_SECOND": "200",
            "COLUMNS": "200",
            **settings,
        }

    def start(self) -> "Service":
        """Start `finops run`, and wait until its Temporal answers."""
        self.state.remove_server()
        self._process = self.spawn("run")
        wait_for(lambda: self.state.read_server() is not None or self.ended, what=f"finops run: {self.log.read_text()}")
        return self

    def start_worker(self, **environment: str) -> "Service":
        """Start `finops worker`, and wait until it polls, or has ended."""
        said = self.log.stat().st_size if self.log.exists() else 0
        self._process = self.spawn("worker", **environment)
        wait_for(lambda: b"worker is up" in self.log.read_bytes()[said:] or self.ended, what=f"the worker ({self.log})")
        return self

    def spawn(self, *arguments: str, **environment: str) -> "subprocess.Popen[bytes]":
        """A process of this installation that runs on; what it says goes into the log."""
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "cli", *arguments],
                env=self.environment | dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def kill(self) -> None:
        """SIGKILL: no clean stop, no last word."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def forget(self) -> None:
        """Temporal's database is gone; the next start begins with an empty one."""
        for file in self.state.path.glob("temporal.db*"):
            file.unlink()

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        """Ctrl-C, and the exit code."""
        if self._process is None:
            return 0
        if not self.ended:
            self._process.send_signal(how)
        return self._process.wait(timeout=PATIENCE_SECONDS)

    @property
    def ended(self) -> bool:
        """Whether it is not running any more."""
        return self._process is not None and self._process.poll() is not None

    def run(self, *arguments: str, succeeds: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
        """Type a command."""
        done = self._type(arguments, environment)
        assert (done.returncode == 0) is succeeds, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def ask(self, *arguments: str) -> Any:
        """Type a command and read its JSON. `status` tells it also where it fails: before the worker is up."""
        told = self._type((*arguments, "--output", "json"), {})
        assert told.returncode == 0 or (arguments[0] == "status" and told.stdout), f"{told.stdout}\n{told.stderr}"
        return json.loads(told.stdout)

    def checks(self, *arguments: str) -> list[dict[str, Any]]:
        """What doctor finds, whether it then fails or not."""
        told = self._type(("doctor", *arguments, "--output", "json"), {}).stdout
        found: list[dict[str, Any]] = json.loads(told)["checks"]
        return found

    def _type(self, arguments: tuple[str, ...], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        done = _commands().run(arguments, self.environment | dict(environment), PATIENCE_SECONDS)
        assert "Traceback" not in done.stderr
        return done

    def ask_anyway(self, *arguments: str) -> Any:
        """The same of a command that fails and still says all it knows."""
        return json.loads(self.run(*arguments, "--output", "json", succeeds=False).stdout)

    def apply(self, text: str) -> None:
        """Apply a policy."""
        path = self.folder / "policy.yaml"
        path.write_text(text)
        self.run("apply", str(path))


@contextmanager
def quiet_service(kubeconfig: Path, folder: Path, cluster: str) -> Iterator[Service]:
    """A `finops run` with its worker up, and no run of a policy but the first."""
    made = Service(kubeconfig, folder, cluster=cluster, interval="1h").start()
    wait_for(lambda: made.ask("status")["worker"], what="the worker")
    yield made
    made.stop()


def clean_environment() -> dict[str, str]:
    """The environment without anything that names a user's own cluster or Temporal."""
    return {key: value for key, value in os.environ.items() if not key.startswith(("FINOPS_", "TEMPORAL_", "KUBE"))}


def enforcing(
    name: str, namespace: str, *, cooldown: str = "1s", resume_after: str | None = None, **limits: int
) -> str:
    """A policy text that acts on one namespace."""
    lines = [
        "apiVersion: finops.io/v1alpha1",
        "kind: EnforcementPolicy",
        f"metadata: {{name: {name}}}",
        "spec:",
        "  mode: Enforce",
        f"  scope: {{namespaces: {{include: [{namespace}]}}}}",
        "  minHourlyCost: 0.001",
        f"  cooldownWindow: {cooldown}",
    ]
    if resume_after is not None:
        lines.append(f"  resumeAfter: {resume_after}")
    if limits:
        lines.append(f"  limits: {json.dumps(limits)}")
    return "\n".join(lines) + "\n"
