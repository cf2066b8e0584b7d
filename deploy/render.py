"""Renders the plain manifests from the chart. With --check it changes nothing and fails where one is stale."""  # noqa: INP001

import subprocess
import sys
from pathlib import Path

from outputs import write_or_check

from localcluster.building.binaries import provide_helm

_DEPLOY = Path(__file__).parent
_NAME = "finops-enforcer"
_OPTIONAL = {
    "events": "events",
    "nodes": "nodes",
    "planning": "planning",
}
_HEADER = "# Rendered from deploy/chart by deploy/render.py; do not edit.\n"


def render(helm: Path, *options: str) -> str:
    """The chart's objects, as `helm template` prints them. Hooks are left out: kubectl would run them at once."""
    command = [str(helm), "template", _NAME, str(_DEPLOY / "chart"), "--namespace", _NAME, "--no-hooks", *options]
    return _HEADER + subprocess.run(command, check=True, capture_output=True, text=True).stdout


def render_all(helm: Path) -> dict[Path, str]:
    """Every file, and what should stand in it."""
    manifests = _DEPLOY / "manifests"
    files = {manifests / "install.yaml": render(helm, "--include-crds", "--set", "createNamespace=true")}
    for value, file in _OPTIONAL.items():
        only = ("--show-only", "templates/optional-roles.yaml", "--set", f"rbac.optional.{value}=true")
        files[manifests / "optional" / f"{file}.yaml"] = render(helm, *only)
    return files


if __name__ == "__main__":
    sys.exit(write_or_check(lambda: render_all(provide_helm()), __doc__))
