"""A policy in words."""

from typing import Any

import pytest
from cases import policy

from policies.policy.wording import describe_conditions, describe_scope


@pytest.mark.parametrize(
    ("scope", "said"),
    [
        ({"namespaces": {"include": ["*"]}}, "every namespace"),
        (
            {"namespaces": {"include": ["dev-*", "preview-*"], "exclude": ["dev-platform"]}},
            "dev-*, preview-* but not dev-platform",
        ),
        (
            {"namespaces": {"include": ["dev"]}, "selector": {"matchLabels": {"tier": "web"}}},
            "dev; only tier=web",
        ),
        (
            {
                "namespaces": {"include": ["dev"]},
                "selector": {
                    "matchExpressions": [
                        {"key": "app", "operator": "NotIn", "values": ["db", "mq"]},
                        {"key": "team", "operator": "Exists"},
                    ]
                },
            },
            "dev; only app not in db/mq, with a label team",
        ),
    ],
    ids=["all", "patterns", "a label", "expressions"],
)
def test_a_scope_is_told_in_words(scope: dict[str, Any], said: str) -> None:
    assert describe_scope(policy(scope=scope).spec.scope) == said


def test_the_conditions_are_those_that_the_document_sets() -> None:
    told = describe_conditions(policy(minHourlyCost=0.02, idleWindow="48h", resumeAfter="12h"))
    assert told == (
        "costs at least 0.02 an hour",
        "idle for 48h",
        "not changed or woken for 30m",
        "sleeps for 12h at most",
    )
