"""The CustomResourceDefinition of policies, made from the model of the document.

A structural schema knows no references, no alternatives and no closed objects; what it cannot say is said in CEL,
and what CEL cannot say either (time zones, dates that do not exist) the worker says in the policy's status.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from policies.durations import POSITIVE_DURATION, format_duration
from policies.names import MANUAL
from policies.policy.document import API_VERSION, KIND, EnforcementPolicy
from policies.policy.parts import REFUSAL
from policies.resource.status import PolicyStatus

PLURAL = "enforcementpolicies"
SINGULAR = "enforcementpolicy"
SHORT_NAMES = ("ep", "epol")
"""`kubectl get ep` lists core Endpoints, which have had that name for longer: `epol` is the one that works."""

_GROUP, _VERSION = API_VERSION.split("/")
NAME = f"{PLURAL}.{_GROUP}"
"""Of the definition itself."""
_KEPT = (
    "type",
    "description",
    "default",
    "enum",
    "pattern",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
)

_MIDNIGHT = "timestamp('2026-01-01T00:00:00Z')"
"""Asked for its hours in a zone that does not exist, CEL raises an error, and the policy is refused. The API server
carries the zones with it, for the time zones of CronJobs."""
_IN_OR_NOT_IN = "self.operator in ['In', 'NotIn']"
_EITHER_PAIR = (
    "has(self.from) == has(self.to) && has(self.fromCron) == has(self.toCron) && has(self.from) != has(self.fromCron)"
)
_OF_A_WINDOW = (
    (_EITHER_PAIR, "needs either from and to, or fromCron and toCron"),
    ("!has(self.from) || !has(self.to) || self.from != self.to", "from and to are the same time"),
)
_OF_A_DATE = (("timestamp(self + 'T00:00:00Z') > timestamp('0001-01-01T00:00:00Z')", "there is no such day"),)
_RULES: Mapping[tuple[str, ...], tuple[tuple[str, str], ...]] = {
    (): ((f"self.metadata.name != '{MANUAL}'", f'the name "{MANUAL}" is taken: workloads paused by hand carry it'),),
    ("spec",): (
        (
            "self.mode != 'Enforce' || has(self.schedule) || has(self.minHourlyCost) || has(self.idleWindow)",
            "mode Enforce needs at least one of schedule, minHourlyCost and idleWindow",
        ),
    ),
    ("spec", "schedule"): (
        (
            (
                "(has(self.asleep) && size(self.asleep) > 0) || (has(self.exceptions) && size(self.exceptions) > 0) || "
                "has(self.holidays)"
            ),
            "needs at least one window in asleep, an exception, or holidays",
        ),
    ),
    ("spec", "schedule", "timeZone"): (
        (
            f"!(self in ['', 'Local', 'localtime']) && {_MIDNIGHT}.getHours(self) >= 0",
            "is not a time zone: use an IANA name such as Europe/Berlin",
        ),
    ),
    ("spec", "schedule", "asleep", "[]"): _OF_A_WINDOW,
    ("spec", "schedule", "exceptions", "[]"): (
        ("has(self.keep) != has(self.replace)", "needs either keep or replace, and not both"),
        ("self.from <= self.to", "to is before from"),
    ),
    ("spec", "schedule", "exceptions", "[]", "from"): _OF_A_DATE,
    ("spec", "schedule", "exceptions", "[]", "to"): _OF_A_DATE,
    ("spec", "schedule", "exceptions", "[]", "replace", "[]"): _OF_A_WINDOW,
    ("spec", "scope", "selector", "matchExpressions", "[]"): (
        (
            f"{_IN_OR_NOT_IN} == (has(self.values) && size(self.values) > 0)",
            "In and NotIn need values, Exists and DoesNotExist take none",
        ),
    ),
}


def custom_resource_definition() -> dict[str, Any]:
    """The CRD as plain values, the same for the same model."""
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": NAME},
        "spec": {
            "group": _GROUP,
            "scope": "Cluster",
            "names": {
                "kind": KIND,
                "listKind": f"{KIND}List",
                "plural": PLURAL,
                "singular": SINGULAR,
                "shortNames": list(SHORT_NAMES),
            },
            "versions": [
                {
                    "name": _VERSION,
                    "served": True,
                    "storage": True,
                    "subresources": {"status": {}},
                    "additionalPrinterColumns": [
                        {"name": "Mode", "type": "string", "jsonPath": ".spec.mode"},
                        {
                            "name": "Ready",
                            "type": "string",
                            "jsonPath": ".status.conditions[?(@.type=='Ready')].status",
                        },
                        {"name": "Asleep", "type": "integer", "jsonPath": ".status.pausedResources"},
                        {"name": "Matched", "type": "integer", "jsonPath": ".status.matchedResources"},
                        {"name": "Up to/month", "type": "string", "jsonPath": ".status.estimatedMonthlySavings"},
                        {"name": "Next", "type": "string", "jsonPath": ".status.nextStart", "priority": 1},
                        {
                            "name": "Reason",
                            "type": "string",
                            "jsonPath": ".status.conditions[?(@.type=='Degraded')].reason",
                            "priority": 1,
                        },
                        {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"},
                    ],
                    "schema": {"openAPIV3Schema": _root_schema()},
                },
            ],
        },
    }


def missing_fields(definition: Mapping[str, Any]) -> tuple[str, ...]:
    """The fields of a policy that a served definition does not hold, and that the API server so drops in silence.

    `spec.limits` stands for all that is below it. A definition without our version holds nothing of it.
    """
    versions = definition.get("spec", {}).get("versions", ())
    served: Mapping[str, Any] = next((each for each in versions if each.get("name") == _VERSION), {})
    held = served.get("schema", {}).get("openAPIV3Schema", {})
    ours = _root_schema()["properties"]["spec"]
    return tuple(_lacking(ours, held.get("properties", {}).get("spec"), "spec"))


def _lacking(ours: Mapping[str, Any], held: Mapping[str, Any] | None, path: str) -> Iterator[str]:
    if held is None:
        yield path
        return
    if held.get("x-kubernetes-preserve-unknown-fields"):
        return
    for name, below in ours.get("properties", {}).items():
        yield from _lacking(below, held.get("properties", {}).get(name), f"{path}.{name}")
    for key, mark in (("items", "[]"), ("additionalProperties", "{}")):
        if key in ours:
            yield from _lacking(ours[key], held.get(key), f"{path}{mark}")


def _root_schema() -> dict[str, Any]:
    written = EnforcementPolicy.model_json_schema(mode="validation", schema_generator=_WithGoDurations)
    schema = _structural(written, written["$defs"], ())
    fields = schema["properties"]
    name = {key: value for key, value in fields["metadata"]["properties"]["name"].items() if key != "description"}
    fields["apiVersion"] = {"type": "string"}
    fields["kind"] = {"type": "string"}
    fields["metadata"] = {"type": "object", "properties": {"name": name}}
    fields["status"] = _status_schema()
    schema["required"] = ["metadata", "spec"]
    return schema


def _status_schema() -> dict[str, Any]:
    """Nothing in it is required, and what a newer worker adds is kept: a status that is refused tells nothing."""
    written = PolicyStatus.model_json_schema(mode="validation", by_alias=True)
    schema = _structural(written, written["$defs"], ("status",))
    schema["properties"]["conditions"] |= {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"]}
    return schema | {"description": "What the worker saw and did.", "x-kubernetes-preserve-unknown-fields": True}


class _WithGoDurations(GenerateJsonSchema):
    """Defaults as our documents write them; pydantic alone would say PT30M."""

    def encode_default(self, dft: Any) -> Any:
        """A default as plain values."""
        return format_duration(dft) if isinstance(dft, timedelta) else super().encode_default(dft)


def _structural(written: Mapping[str, Any], definitions: Mapping[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    source = _resolve(written, definitions)
    schema: dict[str, Any] = {key: source[key] for key in _KEPT if key in source}
    if "const" in source:
        schema["enum"] = [source["const"]]
    if isinstance(schema.get("default"), list | dict | None) or schema["default"] == "":
        schema.pop("default", None)  # nothing is as good as an empty value, and shorter to read
    if "properties" in source:
        schema["properties"] = {
            name: _structural(value, definitions, (*path, name)) for name, value in source["properties"].items()
        }
        if "required" in source:
            schema["required"] = list(source["required"])
    if "items" in source:
        schema["items"] = _structural(source["items"], definitions, (*path, "[]"))
    if "patternProperties" in source:  # keys cannot be checked in a structural schema
        (values,) = source["patternProperties"].values()
        schema["additionalProperties"] = _structural(values, definitions, (*path, "{}"))
    rules = [{"rule": rule, "message": message} for rule, message in _RULES.get(path, ())]
    # The API server answers with a pattern itself. A list in a list allows no other: CEL there passes its budget.
    if REFUSAL in source and path.count("[]") <= 1:
        rules.append({"rule": f"self.matches('{schema.pop('pattern')}')", "message": source[REFUSAL]})
    if source.get("format") == POSITIVE_DURATION:
        rules.append({"rule": "duration(self) > duration('0s')", "message": "must be greater than 0"})
    if rules:
        schema["x-kubernetes-validations"] = rules
    return schema


def _resolve(written: Mapping[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    """A schema with its reference, and the alternative to null, put in place; its own words win over theirs."""
    source = dict(written)
    if "anyOf" in source:
        (inner,) = (choice for choice in source.pop("anyOf") if choice.get("type") != "null")
        source = {**_resolve(inner, definitions), **source}
    if "$ref" in source:
        name = source.pop("$ref").rpartition("/")[2]
        source = {**_resolve(definitions[name], definitions), **source}
    return source
