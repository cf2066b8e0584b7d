"""Renders the plain manifests from the chart. With --check it changes nothing and fails where one is stale."""  # noqa: INP001

import argparse
import subprocess
import sys
from pathlib import Path

from localcluster.binaries import provide_helm

_DEPLOY = Path(__file__).parent
_NAME = "finops-enforcer"
_OPTIONAL = {"events": "events", "nodes": "nodes", "namespaces": "namespaces", "admissionRead": "admission-read"}
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


def main() -> int:
    """Write or check the files; the exit code is 1 where a check finds one stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail where a file is not what the chart says")
    check, stale = parser.parse_args().check, 0
    for file, text in render_all(provide_helm()).items():
        if not check:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        elif not file.exists() or file.read_text(encoding="utf-8") != text:
            sys.stderr.write(f"{file.name} is stale; run make generate\n")
            stale = 1
    return stale


if __name__ == "__main__":
    sys.exit(main())
