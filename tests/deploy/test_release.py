"""What a release is made of: one version everywhere, and workflows that can be read."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yaml"))


def steps(file: Path) -> list[dict[str, Any]]:
    workflow = yaml.safe_load(file.read_text(encoding="utf-8"))
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def test_chart_image_manifests_plugin_and_package_have_one_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    chart = yaml.safe_load((ROOT / "deploy" / "chart" / "Chart.yaml").read_text(encoding="utf-8"))
    kustomization = (ROOT / "deploy" / "manifests" / "kustomization.yaml").read_text(encoding="utf-8")
    compose = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    assert {chart["version"], chart["appVersion"]} == {version}
    assert f"newTag: {version}" in kustomization
    assert f"image: finops-enforcer:{version}" in compose
    krew = yaml.safe_load((ROOT / "deploy" / "krew" / "finops.yaml").read_text(encoding="utf-8"))["spec"]
    assert krew["version"] == f"v{version}"
    assert f"/v{version}/" in krew["platforms"][0]["uri"]


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_a_workflow_has_no_rights_that_it_does_not_ask_for(file: Path) -> None:
    assert yaml.safe_load(file.read_text(encoding="utf-8"))["permissions"] == {"contents": "read"}


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_every_action_is_pinned_by_hash_with_its_version_beside_it_and_every_file_is_there(file: Path) -> None:
    for used in re.findall(r"uses: (.*)", file.read_text(encoding="utf-8")):
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", used)
    for named in re.findall(r"deploy/[\w./-]*\w|\.ci/run", file.read_text(encoding="utf-8")):
        assert (ROOT / named).exists()


def test_a_release_is_signed_and_tells_what_it_is_made_of() -> None:
    release = steps(ROOT / ".github" / "workflows" / "release.yaml")
    (build,) = (step for step in release if step.get("id") == "build")
    assert build["with"]["platforms"] == "linux/amd64,linux/arm64"
    assert (build["with"]["sbom"], build["with"]["provenance"]) == (True, "mode=max")
    assert sum("cosign sign" in step.get("run", "") for step in release) == 2
