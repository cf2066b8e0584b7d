import pytest

from policies.policy.label_queries import parse_label_query
from policies.problems import FieldError

WEB = {"tier": "web", "team": "shop", "example.com/size": "s", "empty": ""}


@pytest.mark.parametrize(
    ("query", "matches"),
    [
        ("tier=web", True),
        ("tier==web", True),
        ("tier=db", False),
        ("tier!=db", True),
        ("env!=prod", True),
        ("team in (shop, search)", True),
        ("team in (shop,search),tier=db", False),
        ("team notin (shop)", False),
        ("tier", True),
        ("env", False),
        ("!env", True),
        ("!tier", False),
        ("example.com/size=s, tier = web", True),
        ("empty=", True),
    ],
)
def test_labels_are_selected_as_kubectl_selects_them(query: str, matches: bool) -> None:
    assert parse_label_query(query).matches(WEB) is matches


@pytest.mark.parametrize("query", ["", "tier=", "a b", "tier>3", "tier in shop", "-x=1", "tier=web,"])
def test_what_is_no_selector_is_refused_or_selects_what_it_says(query: str) -> None:
    if query == "tier=":
        assert not parse_label_query(query).matches(WEB)
        return
    with pytest.raises(FieldError):
        parse_label_query(query)
