import pytest

from policies.policy.document import Namespaces
from policies.policy.unmet_patterns import find_unmet_patterns

THERE = frozenset({"dev-shop", "dev-web", "staging"})


@pytest.mark.parametrize(
    ("scope", "told"),
    [
        (Namespaces(include=("dev-*", "staging")), []),
        (Namespaces(include=("dev-shpo",)), ['include "dev-shpo" meets no namespace; did you mean dev-shop?']),
        (Namespaces(include=("stagign*",)), ['include "stagign*" meets no namespace; did you mean staging?']),
        (Namespaces(include=("payments",)), ['include "payments" meets no namespace']),
        (
            Namespaces(include=("*",), exclude=("dev-wbe",)),
            ['exclude "dev-wbe" meets no namespace; did you mean dev-web?'],
        ),
        (Namespaces(include=("*",), exclude=("*-critical",)), []),
    ],
    ids=["all meet one", "a name", "a pattern", "nothing like it", "left out by name", "a pattern for those to come"],
)
def test_what_meets_no_namespace_is_told_with_what_was_probably_meant(scope: Namespaces, told: list[str]) -> None:
    assert [str(each) for each in find_unmet_patterns(scope, THERE, all_known=True)] == told
