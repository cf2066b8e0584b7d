"""`kubectl finops`, with the real kubectl, which finds its plugins by the names of their programs."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from services import clean_environment

from cli.grammar.catalog import COMMANDS
from worker.processes import find_program

PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SCRIPTS = PROJECT["scripts"]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A path with the programs that the package installs, and kubectl."""
    for name, place in SCRIPTS.items():
        module, function = place.split(":")
        (tmp_path / name).write_text(f"#!{sys.executable}\nfrom {module} import {function}\n{function}()\n")
        (tmp_path / name).chmod(0o755)
    kubectl = find_program("kubectl")
    assert kubectl is not None, "there is no kubectl: it comes with the extra `dev`"
    path = os.pathsep.join([str(tmp_path), str(kubectl.parent), os.environ["PATH"]])
    return clean_environment() | {"PATH": path, "HOME": str(tmp_path)}


def kubectl(environment: dict[str, str], *arguments: str) -> str:
    typed = ["kubectl", *arguments]
    return subprocess.run(typed, env=environment, capture_output=True, text=True, check=True).stdout


def test_kubectl_starts_the_plugin_which_calls_itself_so(environment: dict[str, str]) -> None:
    shown = kubectl(environment, "finops", "wake", "-h")
    assert shown.startswith("Usage: kubectl finops resume [OPTIONS]")
    assert "  kubectl finops resume dev-shop/web\n" in shown


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        (("kee",), f"keep-awake\t{COMMANDS['keep-awake'].help}\n:4\n"),
        (("status", "-o", "js"), "json\n:4\n"),
        (("apply", "-f", ""), ":0\n"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_kubectls_own_completion_completes_the_plugin(
    typed: tuple[str, ...], offered: str, environment: dict[str, str]
) -> None:
    assert kubectl(environment, "__complete", "finops", *typed) == offered


def test_the_programs_are_named_as_kubectl_looks_for_them() -> None:
    assert [name for name in SCRIPTS if re.fullmatch(r"kubectl(_complete)?-finops", name)] == [
        "kubectl-finops",
        "kubectl_complete-finops",
    ]
