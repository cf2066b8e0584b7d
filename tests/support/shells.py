"""A shell as somebody has it who deploys: the real kubectl and the real helm, manifests, a chart, and one namespace."""

import os
import subprocess
from pathlib import Path
from typing import Any

import yaml
from deployments import deployment
from patience import PATIENCE_SECONDS

NEW_IMAGE = "example/app:2"


class Shell:
    """One folder and one namespace. Lines are run by `sh`, as they would be typed."""

    def __init__(self, folder: Path, kubeconfig: Path, namespace: str, programs: tuple[Path, ...], home: Path) -> None:
        """`home` is shared, because kubectl keeps there what it has learned of the API server."""
        folder.mkdir(parents=True)
        self.folder = folder
        self.namespace = namespace
        self._environment = {
            "PATH": os.pathsep.join([*(str(program.parent) for program in programs), os.defpath]),
            "HOME": str(home),
            "NAMESPACE": namespace,
            "KUBECONFIG": str(_for_namespace(kubeconfig, namespace, folder / "kubeconfig")),
        }

    def run(self, line: str) -> subprocess.CompletedProcess[str]:
        """Run a line, whatever its exit code."""
        return subprocess.run(
            ["sh", "-c", line],
            cwd=self.folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_SECONDS,
        )

    def write_manifests(self, name: str = "web") -> None:
        """The same Deployment in several files: with one count or another, without one, and with a new image."""
        for count in (0, 2, 4, None):
            for image in ("", NEW_IMAGE):
                file = "no-replicas" if count is None else f"replicas-{count}"
                self.write(f"{file}{'-new-image' if image else ''}.yaml", _manifest(self.namespace, name, count, image))

    def write(self, file: str, *items: dict[str, Any]) -> None:
        """A manifest."""
        (self.folder / file).write_text(yaml.safe_dump_all(items))


def _manifest(namespace: str, name: str, count: int | None, image: str) -> dict[str, Any]:
    item = deployment(namespace, name, replicas=count or 0)
    if count is None:
        del item["spec"]["replicas"]
    if image:
        item["spec"]["template"]["spec"]["containers"][0]["image"] = image
    return item


def _for_namespace(kubeconfig: Path, namespace: str, copy: Path) -> Path:
    """The kubeconfig with the namespace chosen, as `kubectl config set-context` does it."""
    document = yaml.safe_load(kubeconfig.read_text())
    for context in document["contexts"]:
        context["context"]["namespace"] = namespace
    copy.write_text(yaml.safe_dump(document))
    return copy
