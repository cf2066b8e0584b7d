import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.policy.parsing import parse_policy
from policies.problems import FieldPath, PolicyError, PolicyProblem, line_of, nearest_name, shown, written_path

QUOTED = re.compile(r'"[^"]*"')
JARGON = re.compile(
    r"pydantic|https?:|Input should|Value error|NoneType|\bdict\b|\btuple\b|\bstr\b|\bbool\b|\bint\b|enum|literal"
)


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (
            PolicyProblem("a.yaml", 12, "spec.modus", "unknown field", "mode"),
            'a.yaml:12: spec.modus: unknown field; did you mean "mode"?',
        ),
        (PolicyProblem("a.yaml", None, "", "is not UTF-8 text"), "a.yaml: is not UTF-8 text"),
        (PolicyProblem("a.yaml", 3, "", "a tab"), "a.yaml:3: a tab"),
    ],
)
def test_a_problem_is_one_line(problem: PolicyProblem, text: str) -> None:
    assert str(problem) == text


def test_an_error_says_all_its_problems() -> None:
    error = PolicyError(
        [PolicyProblem("a.yaml", 1, "x", "is required"), PolicyProblem("a.yaml", 2, "y", "is required")]
    )
    assert str(error) == "a.yaml:1: x: is required\na.yaml:2: y: is required"


@pytest.mark.parametrize(
    ("name", "nearest"),
    [("modus", "mode"), ("MODE", "mode"), ("dryrun", "DryRun"), ("minHourlyCosts", "minHourlyCost"), ("zzz", None)],
)
def test_the_nearest_name_is_found_whatever_the_capitals(name: str, nearest: str | None) -> None:
    assert nearest_name(name, ["mode", "DryRun", "minHourlyCost", "suspend"]) == nearest


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ((), ""),
        (("spec", "scope", "namespaces", "include", 0), "spec.scope.namespaces.include[0]"),
        (("matchLabels", "app.kubernetes.io/name"), 'matchLabels["app.kubernetes.io/name"]'),
        (("a\nb",), '["a\\nb"]'),
    ],
)
def test_a_path_is_written_as_people_write_it(path: tuple[str | int, ...], text: str) -> None:
    assert written_path(path) == text


def test_the_line_of_what_was_not_written_is_that_of_what_is_around_it() -> None:
    lines: dict[FieldPath, int] = {(): 1, ("spec",): 4}
    assert line_of(("spec", "scope", "namespaces"), lines) == 4
    assert line_of(("metadata",), lines) == 1
    assert line_of(("metadata",), {}) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a\x1b[31m\nb", '"a\\u001b[31m\\nb"'),
        ("x" * 99, '"' + "x" * 60 + '..."'),
        ({}, "a mapping"),
        ((), "a list"),
        (None, "null"),
    ],
)
def test_a_shown_value_stays_on_its_line_and_short(value: object, text: str) -> None:
    assert shown(value) == text


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just(10**400),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)
FIELDS = [
    "mode", "suspend", "scope", "schedule", "minHourlyCost", "idleWindow", "cooldownWindow", "resumeAfter", "onDeploy",
    "gitOps", "limits", "action", "other",
]  # fmt: skip


@given(st.dictionaries(st.sampled_from(FIELDS), VALUES), VALUES)
def test_whatever_is_written_is_a_policy_or_a_list_of_plain_sentences(spec: dict[str, Any], inner: object) -> None:
    spec.setdefault("schedule", {"timeZone": inner, "asleep": [inner], "exceptions": [{"from": inner, "keep": inner}]})
    spec.setdefault("limits", {"maxActionsPerRun": inner, "maxAffectedPercent": inner})
    spec.setdefault("scope", {"namespaces": {"include": [inner]}, "selector": {"matchLabels": {"a": inner}}})
    data = {"apiVersion": "finops.io/v1alpha1", "kind": "EnforcementPolicy", "metadata": {"name": "p"}, "spec": spec}
    try:
        parse_policy(data, file="p.yaml")
    except PolicyError as error:
        for problem in error.problems:
            assert "\n" not in str(problem)
            ours = QUOTED.sub("", problem.wrong)  # what somebody wrote may be any word
            assert JARGON.search(ours) is None
