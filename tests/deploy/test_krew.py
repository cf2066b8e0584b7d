"""The template of the manifest for krew, and the script that it installs."""

import os
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
KREW = ROOT / "deploy" / "krew"
TEMPLATE = (KREW / "finops.yaml").read_text(encoding="utf-8")
MANIFEST = yaml.safe_load(TEMPLATE)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LONGEST_SHORT_DESCRIPTION = 50
"""Characters, by krew's guide of names."""


def test_the_template_has_the_shape_of_a_plugin() -> None:
    assert (MANIFEST["apiVersion"], MANIFEST["kind"]) == ("krew.googlecontainertools.github.com/v1alpha2", "Plugin")
    assert f"kubectl-{MANIFEST['metadata']['name']}" in PROJECT["scripts"]
    spec = MANIFEST["spec"]
    assert set(spec) == {"version", "homepage", "shortDescription", "description", "caveats", "platforms"}
    assert len(spec["shortDescription"]) <= LONGEST_SHORT_DESCRIPTION
    (platform,) = spec["platforms"]
    assert set(platform) == {"selector", "uri", "sha256", "files", "bin"}
    assert platform["selector"]["matchExpressions"] == [{"key": "os", "operator": "In", "values": ["darwin", "linux"]}]
    assert platform["bin"] in {file["from"] for file in platform["files"]}


def test_what_goes_into_the_archive_is_there() -> None:
    (platform,) = MANIFEST["spec"]["platforms"]
    for file in platform["files"]:
        assert (KREW / file["from"]).exists() or (ROOT / file["from"]).exists()


def test_the_template_says_that_there_is_no_release_yet_as_long_as_it_has_gaps() -> None:
    assert "There is no release yet" in TEMPLATE
    assert MANIFEST["spec"]["platforms"][0]["sha256"] == "SHA256"


@pytest.mark.parametrize("runner", ["uvx", "pipx"])
def test_the_script_starts_the_program_of_its_version_with_what_was_typed(runner: str, tmp_path: Path) -> None:
    fake = tmp_path / runner
    fake.write_text('#!/bin/sh\necho "$@"\n')
    fake.chmod(0o755)
    done = subprocess.run(
        ["/bin/sh", str(KREW / "kubectl-finops"), "status", "-n", "dev"],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"finops-enforcer=={PROJECT['version']} kubectl-finops status -n dev" in done.stdout


def test_without_a_runner_the_script_says_what_it_needs(tmp_path: Path) -> None:
    done = subprocess.run(
        ["/bin/sh", str(KREW / "kubectl-finops")],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "needs uv or pipx" in done.stderr) == (1, True)


def test_the_script_can_be_started() -> None:
    assert os.access(KREW / "kubectl-finops", os.X_OK)
