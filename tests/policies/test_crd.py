import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from policies.crd import custom_resource_definition

GENERATE = Path(__file__).parents[2] / "deploy" / "generate.py"
STRUCTURAL = {
    "type", "description", "default", "enum", "pattern", "minimum", "maximum", "minLength", "maxLength", "minItems",
    "maxItems", "required", "properties", "items", "additionalProperties", "x-kubernetes-validations",
    "x-kubernetes-preserve-unknown-fields", "x-kubernetes-list-type", "x-kubernetes-list-map-keys",
}  # fmt: skip


def schema() -> dict[str, Any]:
    root: dict[str, Any] = custom_resource_definition()["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    return root


def spec(*path: str) -> dict[str, Any]:
    at = schema()["properties"]["spec"]
    for part in path:
        at = at["items"] if part == "[]" else at["properties"][part]
    return dict(at)


def walk(at: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield at
    for below in (*at.get("properties", {}).values(), at.get("items"), at.get("additionalProperties")):
        if below is not None:
            yield from walk(below)


def test_the_schema_is_structural() -> None:
    for part in walk(schema()):
        assert "type" in part
        assert set(part) <= STRUCTURAL


def test_what_cannot_hold_is_named_in_cel() -> None:
    rules = [rule["rule"] for part in walk(schema()) for rule in part.get("x-kubernetes-validations", ())]
    assert "self.metadata.name != 'manual'" in rules
    assert any("self.mode != 'Enforce'" in rule for rule in rules)
    assert spec("scope", "namespaces", "include")["minItems"] == 1


def test_durations_are_text_with_defaults_as_we_write_them() -> None:
    assert spec("cooldownWindow")["type"] == "string"
    assert spec("cooldownWindow")["default"] == "30m"
    assert spec("schedule", "spread")["default"] == "0s"
    assert "default" not in spec("limits")


def test_every_field_of_a_spec_is_described() -> None:
    assert all(part.get("description") for part in spec()["properties"].values())


def test_it_is_cluster_scoped_with_a_short_name_and_columns() -> None:
    written = custom_resource_definition()["spec"]
    assert (written["scope"], written["names"]["shortNames"]) == ("Cluster", ["ep", "epol"])
    version = written["versions"][0]
    assert [column["name"] for column in version["additionalPrinterColumns"]] == [
        "Mode",
        "Ready",
        "Asleep",
        "Matched",
        "Up to/month",
        "Next",
        "Reason",
        "Age",
    ]
    assert version["subresources"] == {"status": {}}


def test_the_file_in_deploy_is_what_the_model_says() -> None:
    run = subprocess.run([sys.executable, str(GENERATE), "--check"], check=False, capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (0, "")


@pytest.mark.parametrize("kept", ["apiVersion", "kind", "metadata", "spec", "status"])
def test_the_root_has_the_five_parts_of_a_resource(kept: str) -> None:
    assert kept in schema()["properties"]
