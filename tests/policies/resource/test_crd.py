"""What a definition that is served drops of a policy as this program knows it."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from policies.resource.crd import custom_resource_definition, missing_fields


def spec_of(definition: dict[str, Any]) -> dict[str, Any]:
    properties: dict[str, Any] = definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]
    return properties


def without(*path: str) -> dict[str, Any]:
    """Ours, as it was before a field came."""
    definition = copy.deepcopy(custom_resource_definition())
    at: Any = spec_of(definition)
    for part in path[:-1]:
        at = at[part]
    del at[path[-1]]
    return definition


def keeping_all() -> dict[str, Any]:
    definition = custom_resource_definition()
    spec_of(definition)["spec"] = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    return definition


def of_another_version() -> dict[str, Any]:
    definition = custom_resource_definition()
    definition["spec"]["versions"][0]["name"] = "v1alpha0"
    return definition


@pytest.mark.parametrize(
    ("served", "missing"),
    [
        pytest.param(custom_resource_definition, (), id="ours"),
        pytest.param(lambda: without("spec", "properties", "limits"), ("spec.limits",), id="no limits"),
        pytest.param(
            lambda: without("spec", "properties", "limits", "properties", "maxAffectedPercent"),
            ("spec.limits.maxAffectedPercent",),
            id="one limit less",
        ),
        pytest.param(
            lambda: without("spec", "properties", "schedule", "properties", "asleep", "items", "properties", "toCron"),
            ("spec.schedule.asleep[].toCron",),
            id="in a list",
        ),
        pytest.param(
            lambda: without(
                "spec",
                "properties",
                "scope",
                "properties",
                "selector",
                "properties",
                "matchLabels",
                "additionalProperties",
            ),
            ("spec.scope.selector.matchLabels{}",),
            id="in a mapping",
        ),
        pytest.param(keeping_all, (), id="one that keeps what it does not know"),
        pytest.param(of_another_version, ("spec",), id="another version alone"),
        pytest.param(dict, ("spec",), id="none at all"),
    ],
)
def test_the_fields_that_a_definition_does_not_hold(
    served: Callable[[], dict[str, Any]], missing: tuple[str, ...]
) -> None:
    assert missing_fields(served()) == missing


def test_a_newer_definition_holds_all_that_is_ours() -> None:
    definition = custom_resource_definition()
    spec_of(definition)["spec"]["properties"]["ofTomorrow"] = {"type": "string"}
    assert missing_fields(definition) == ()
