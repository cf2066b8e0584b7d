from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from policies.policy.document import EnforcementPolicy, GitOps, Metadata, Mode, Namespaces, OnDeploy, PolicySpec, Scope
from policies.policy.parsing import parse_policy, to_document
from policies.problems import PolicyError

CASES = yaml.safe_load(Path(__file__).with_name("documents.yaml").read_text(encoding="utf-8"))


def document(case: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "finops.io/v1alpha1",
        "kind": "EnforcementPolicy",
        "metadata": {"name": case.get("name", "p")},
        "spec": {"scope": {"namespaces": {"include": ["dev-*"]}}, **case.get("spec", {})},
    }


def policy(**spec: Any) -> EnforcementPolicy:
    return parse_policy(document({"spec": spec}), file="p.yaml")


def scope(**namespaces: tuple[str, ...]) -> Scope:
    return Scope(namespaces=Namespaces(**namespaces))


@pytest.mark.parametrize("case", [case for case in CASES if "says" not in case], ids=lambda case: case["case"])
def test_a_valid_document_becomes_a_policy_and_back(case: dict[str, Any]) -> None:
    read = parse_policy(document(case), file="p.yaml")
    assert parse_policy(to_document(read), file="p.yaml") == read
    assert EnforcementPolicy.model_validate_json(read.model_dump_json()) == read


@pytest.mark.parametrize("case", [case for case in CASES if "says" in case], ids=lambda case: case["case"])
def test_a_wrong_document_is_refused_with_one_sentence(case: dict[str, Any]) -> None:
    with pytest.raises(PolicyError) as caught:
        parse_policy(document(case), file="p.yaml")
    assert str(caught.value) == f"p.yaml: {case['says']}"


def test_a_policy_that_only_says_where_runs_dry_with_the_defaults() -> None:
    spec = policy().spec
    assert (spec.mode, spec.suspend, spec.on_deploy, spec.git_ops) == (
        Mode.DRY_RUN,
        False,
        OnDeploy.WAKE,
        GitOps.DECLINE,
    )
    assert spec.cooldown_window == timedelta(minutes=30)
    assert (spec.schedule, spec.min_hourly_cost, spec.idle_window, spec.resume_after) == (None, None, None, None)
    assert spec.limits.max_affected_percent is None
    assert spec.action.replicas == 0


def test_python_may_build_a_policy_with_its_own_names() -> None:
    built = EnforcementPolicy(
        metadata=Metadata(name="idle"),
        spec=PolicySpec(scope=scope(include=("dev-*",)), min_hourly_cost=0.02, idle_window=timedelta(hours=48)),
    )
    assert to_document(built)["spec"] == {
        "scope": {"namespaces": {"include": ["dev-*"]}},
        "minHourlyCost": 0.02,
        "idleWindow": "48h",
    }


def test_a_document_may_not_use_pythons_names() -> None:
    with pytest.raises(PolicyError) as caught:
        policy(min_hourly_cost=0.02)
    assert str(caught.value) == 'p.yaml: spec.min_hourly_cost: unknown field; did you mean "minHourlyCost"?'


def test_what_the_cluster_adds_to_a_policy_is_ignored() -> None:
    written = document({})
    written["metadata"] |= {"uid": "1", "generation": 3, "managedFields": [], "labels": {}, "creationTimestamp": None}
    written["status"] = {"conditions": []}
    assert parse_policy(written, file="p.yaml") == policy()


def test_a_policy_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        policy().spec.mode = Mode.ENFORCE  # type: ignore[misc]


NIGHTS = {"timeZone": "Europe/Berlin", "asleep": [{"from": "20:00", "to": "07:00"}]}


@pytest.mark.parametrize(
    ("spec", "limit"),
    [
        pytest.param({}, 20, id="without schedule"),
        pytest.param({"schedule": NIGHTS}, None, id="with schedule"),
        pytest.param({"limits": {"maxActionsPerRun": 3}}, 3, id="written, without schedule"),
        pytest.param({"schedule": NIGHTS, "limits": {"maxActionsPerRun": 3}}, 3, id="written, with schedule"),
        pytest.param({"limits": {"maxAffectedPercent": 50}}, 20, id="another limit"),
    ],
)
def test_a_run_is_limited_where_no_schedule_limits_it(spec: dict[str, Any], limit: int | None) -> None:
    assert policy(**spec).max_actions_per_run == limit


def test_the_zone_is_the_schedules_or_utc() -> None:
    assert policy(schedule=NIGHTS).zone == "Europe/Berlin"
    assert policy().zone == "UTC"


@pytest.mark.parametrize(
    ("namespace", "covered"),
    [("dev-shop", True), ("staging", True), ("prod", False), ("dev-critical", False), ("staging-2", False)],
)
def test_a_namespace_is_covered_when_included_and_not_excluded(namespace: str, covered: bool) -> None:
    assert scope(include=("dev-*", "staging"), exclude=("*-critical",)).covers_namespace(namespace) is covered


def test_without_a_selector_all_labels_are_selected() -> None:
    assert scope(include=("*",)).selects_labels({})
    assert policy(
        scope={"namespaces": {"include": ["*"]}, "selector": {"matchLabels": {"a": "b"}}}
    ).spec.scope.selects_labels(
        {"a": "b"},
    )


@pytest.mark.parametrize(("written", "gate"), [(False, "Off"), ("Off", "Off"), (True, "On"), ("On", "On")])
def test_an_unquoted_off_which_yaml_reads_as_a_boolean_switches_the_season_gate_off(written: Any, gate: str) -> None:
    assert policy(idleWindow="48h", seasonGate=written).spec.season_gate == gate
