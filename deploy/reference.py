"""The reference of the policy document, as Markdown made from the schema of the custom resource."""  # noqa: INP001

from collections.abc import Iterator
from typing import Any

from policies.resource.crd import custom_resource_definition

_INTRODUCTION = """# Policies

*Generated from `policies/policy/document.py`; do not edit.*

A policy says which Deployments may sleep, and when. YAML files (`finops apply`) and custom resources (`kubectl
apply`, with `FINOPS_POLICY_SOURCE=cluster`) are the same document. **All conditions that are given must hold**, dry
run is the default, and an unknown field is an error with its line and the name that was probably meant.

```yaml
apiVersion: finops.io/v1alpha1
kind: EnforcementPolicy
metadata:
  name: nights
spec:
  mode: Enforce
  scope:
    namespaces: {include: ["dev-*"], exclude: ["*-critical"]}
  schedule:
    timeZone: Europe/Berlin
    asleep:
      - {from: Fri 20:00, to: Mon 07:00}
      - {from: Mon-Thu 20:00, to: "07:00"}
  idleWindow: 4h
```

`finops plan POLICY.yaml` shows what it would pause, `finops calendar POLICY.yaml` when, `finops backtest POLICY.yaml`
what it would have done in the past.
"""


def policy_reference() -> str:
    """The page, as Markdown."""
    schema = custom_resource_definition()["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    parts = [_INTRODUCTION]
    for place in ("spec", "status"):
        for path, part in _objects((place,), schema["properties"][place]):
            parts.append(f"## `{'.'.join(path)}`\n\n{_sentence(part)}{_table(part)}{_rules(part)}")
    return "\n".join(parts)


def _objects(path: tuple[str, ...], part: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Every object that has fields, the outer one first."""
    if "properties" in part:
        yield path, part
        for name, below in part["properties"].items():
            yield from _objects((*path, name), below)
    if "items" in part:
        yield from _objects((*path[:-1], f"{path[-1]}[]"), part["items"])


def _table(part: dict[str, Any]) -> str:
    required = set(part.get("required", ()))
    lines = ["| field | type | default | what |", "|---|---|---|---|"]
    for name, field in part["properties"].items():
        default = "**required**" if name in required else f"`{_text(field['default'])}`" if "default" in field else ""
        lines.append(f"| `{name}` | {_type(field)} | {default} | {_sentence(field).strip()} |")
    return "\n".join(lines) + "\n"


def _rules(part: dict[str, Any]) -> str:
    """What is refused beyond the types of the fields."""
    rules = [f"- {rule['message']}" for rule in part.get("x-kubernetes-validations", ())]
    return "\n" + "\n".join(rules) + "\n" if rules else ""


def _type(field: dict[str, Any]) -> str:
    if "enum" in field:
        return " or ".join(f"`{value}`" for value in field["enum"])
    if field["type"] == "array":
        return f"list of {_type(field['items'])}"
    return "mapping" if field["type"] == "object" else str(field["type"])


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _sentence(field: dict[str, Any]) -> str:
    text = " ".join(str(field.get("description", "")).split()).replace("|", "\\|")
    return f"{text}\n\n" if text else ""
