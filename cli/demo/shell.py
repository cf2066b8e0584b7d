"""What a person would type at the demo's cluster, each command shown with what it answers."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from rich.console import Console

from cli.demo.errors import DemoFailed
from cli.demo.workloads import DemoWorkload
from localcluster import LocalCluster

_HEAD = ("NAME", "READY", "UP-TO-DATE", "AVAILABLE")


class Shell:
    """A prompt in the demo's folder, with nothing of the user's own cluster or Temporal in its environment."""

    def __init__(
        self, cluster: LocalCluster, name: str, folder: Path, state: Path, console: Console, kubectl: Path | None
    ) -> None:
        self._cluster = cluster
        self._folder = folder
        self._console = console
        self._kubectl = kubectl
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("FINOPS_", "TEMPORAL_", "KUBE"))}
        self.environment = kept | {
            "KUBECONFIG": str(cluster.kubeconfig),
            "FINOPS_STATE_DIR": str(state),
            "FINOPS_CLUSTER": name,
            "FINOPS_INTERVAL": "1h",
            "COLUMNS": str(console.width),
        }

    def finops(self, *arguments: str) -> None:
        """Run a command of the product. Raises DemoFailed."""
        self._run(f"finops {' '.join(arguments)}", [sys.executable, "-m", "cli", *arguments])

    def show_file(self, path: Path) -> None:
        """What a file says."""
        self._type(f"cat {path.name}")
        self._answer(path.read_text())

    def show_deployments(self, namespace: str) -> None:
        """Names and replicas, as kubectl lists them; where there is no kubectl, asked of the API."""
        arguments = ("-n", namespace, "get", "deploy")
        if self._kubectl is not None:
            self._run(f"kubectl {' '.join(arguments)}", [str(self._kubectl), *arguments])
            return
        found = self._cluster.objects.get(f"/apis/apps/v1/namespaces/{namespace}/deployments")
        self._say_there_is_no_kubectl(arguments)
        self._answer("\n".join(_columns([_HEAD, *map(_row, found["items"])])))

    def show_annotations(self, workload: DemoWorkload) -> None:
        """The annotations of a Deployment, one a line, as kubectl lists them."""
        arguments = ("-n", workload.namespace, "annotate", "deploy", workload.name, "--list")
        if self._kubectl is not None:
            self._run(f"kubectl {' '.join(arguments)}", [str(self._kubectl), *arguments])
            return
        found = self._cluster.objects.get(workload.path)["metadata"]["annotations"]
        self._say_there_is_no_kubectl(arguments)
        self._answer("\n".join(f"{name}={value}" for name, value in sorted(found.items())))

    def _say_there_is_no_kubectl(self, arguments: tuple[str, ...]) -> None:
        self._console.print(f"(no kubectl on this machine; asked of the API server: kubectl {' '.join(arguments)})")

    def _run(self, line: str, command: list[str]) -> None:
        self._type(line)
        done = subprocess.run(
            command,
            env=self.environment,
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        self._answer(done.stdout)
        if done.returncode != 0:
            raise DemoFailed(line, done.stderr.strip() or f"exit code {done.returncode}")

    def _type(self, line: str) -> None:
        self._console.print(f"$ {line}", style="bold green", markup=False, soft_wrap=True)

    def _answer(self, text: str) -> None:
        self._console.print(text.rstrip(), markup=False, soft_wrap=True)


def _row(deployment: dict[str, Any]) -> tuple[str, ...]:
    status, wanted = deployment.get("status", {}), deployment["spec"].get("replicas", 1)
    counts = [str(status.get(name, 0)) for name in ("updatedReplicas", "availableReplicas")]
    return (deployment["metadata"]["name"], f"{status.get('readyReplicas', 0)}/{wanted}", *counts)


def _columns(rows: list[tuple[str, ...]]) -> list[str]:
    """Each as wide as its widest cell, and three spaces."""
    widths = [max(map(len, column)) + 3 for column in zip(*rows, strict=True)]
    return ["".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
