from typing import Any

import pytest

from policies.policy.parsing import parse_policy
from policies.problems import FieldPath, PolicyError, PolicyProblem


def refused(data: object, lines: dict[FieldPath, int] | None = None) -> tuple[PolicyProblem, ...]:
    with pytest.raises(PolicyError) as caught:
        parse_policy(data, file="p.yaml", lines=lines)
    return caught.value.problems


def document(**spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "finops.io/v1alpha1",
        "kind": "EnforcementPolicy",
        "metadata": {"name": "weekend"},
        "spec": {"scope": {"namespaces": {"include": ["dev-*"]}}, **spec},
    }


def test_several_problems_are_told_at_once_in_the_order_of_their_lines() -> None:
    data = document(modus="Enforce", cooldownWindow="2d", idleWindow=None)
    lines: dict[FieldPath, int] = {
        (): 1,
        ("spec", "modus"): 9,
        ("spec", "cooldownWindow"): 7,
        ("spec", "idleWindow"): 8,
    }
    assert [str(problem) for problem in refused(data, lines)] == [
        'p.yaml:7: spec.cooldownWindow: "2d" is in days; write 48h',
        "p.yaml:8: spec.idleWindow: has no value; give it one or remove the line",
        'p.yaml:9: spec.modus: unknown field; did you mean "mode"?',
    ]


def test_a_problem_carries_the_name_of_its_policy() -> None:
    assert [problem.policy for problem in refused(document(mode="x"))] == ["weekend"]


def test_a_missing_field_is_told_at_the_line_of_what_it_is_missing_from() -> None:
    data = document(scope={"namespaces": {}})
    (problem,) = refused(data, {(): 1, ("spec",): 4, ("spec", "scope", "namespaces"): 6})
    assert str(problem) == "p.yaml:6: spec.scope.namespaces.include: is required"


def test_null_is_told_wherever_it_stands() -> None:
    data = document(scope={"namespaces": {"include": ["a", None]}}, limits={"maxActionsPerRun": None})
    assert [problem.field for problem in refused(data)] == [
        "spec.scope.namespaces.include[1]",
        "spec.limits.maxActionsPerRun",
    ]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"kind": "Deployment"}, 'p.yaml: kind: "Deployment" is not EnforcementPolicy'),
        (
            {"kind": "EnforcmentPolicy"},
            'p.yaml: kind: "EnforcmentPolicy" is not EnforcementPolicy; did you mean "EnforcementPolicy"?',
        ),
        (
            {"apiVersion": "finops.io/v1"},
            'p.yaml: apiVersion: "finops.io/v1" is not finops.io/v1alpha1; did you mean "finops.io/v1alpha1"?',
        ),
        ({"kind": ["x"]}, "p.yaml: kind: a list is not EnforcementPolicy"),
    ],
)
def test_of_another_kind_nothing_but_the_kind_is_told(change: dict[str, Any], says: str) -> None:
    assert [str(problem) for problem in refused({**document(nonsense=1), **change})] == [says]


@pytest.mark.parametrize(
    ("missing", "change", "says"),
    [
        ("kind", {}, "p.yaml: kind: is required; write kind: EnforcementPolicy"),
        ("apiVersion", {"apiversion": "x"}, 'p.yaml: apiversion: unknown field; did you mean "apiVersion"?'),
    ],
)
def test_a_document_that_does_not_say_what_it_is(missing: str, change: dict[str, Any], says: str) -> None:
    data = {key: value for key, value in document().items() if key != missing}
    assert [str(problem) for problem in refused({**data, **change})] == [says]


@pytest.mark.parametrize("data", [None, "text", 3, [], [document()]])
def test_what_is_no_mapping_is_no_policy(data: object) -> None:
    (problem,) = refused(data)
    assert problem.wrong.startswith("must be a mapping with apiVersion, kind, metadata and spec")


@pytest.mark.parametrize("metadata", [None, "x", {}, {"nam": "x"}, {"name": None}, {"name": 3}])
def test_a_policy_without_a_name_is_refused(metadata: object) -> None:
    (problem,) = refused({**document(), "metadata": metadata})
    assert problem.field in ("metadata", "metadata.name")
