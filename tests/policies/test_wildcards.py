from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.wildcards import matches, may_both_match


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("dev", "dev"),
        ("dev-*", "dev-shop"),
        ("dev-*", "dev-"),
        ("*", ""),
        ("*", "anything"),
        ("*-critical", "shop-critical"),
        ("*shop*", "dev-shop-1"),
        ("a*b*c", "abc"),
        ("a*b*c", "a-b-b-c-c"),
        ("**", "x"),
        ("a**b", "ab"),
        ("", ""),
        ("[ab]?", "[ab]?"),
        ("a.c", "a.c"),
    ],
)
def test_a_name_that_fits(pattern: str, name: str) -> None:
    assert matches(pattern, name)


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("dev", "dev-shop"),
        ("dev-*", "dev"),
        ("dev-*", "Dev-shop"),
        ("*-critical", "critical"),
        ("a*a", "a"),
        ("ab*ba", "aba"),
        ("a*b*c", "a-c-b"),
        ("", "x"),
        ("dev-?", "dev-1"),
        ("dev-[12]", "dev-1"),
        ("a.c", "abc"),
        ("dev", "dev\n"),
    ],
)
def test_a_name_that_does_not_fit(pattern: str, name: str) -> None:
    assert not matches(pattern, name)


def naive(pattern: str, name: str) -> bool:
    if not pattern:
        return not name
    if pattern[0] == "*":
        return naive(pattern[1:], name) or (bool(name) and naive(pattern, name[1:]))
    return bool(name) and pattern[0] == name[0] and naive(pattern[1:], name[1:])


@given(st.text("ab*", max_size=8), st.text("ab", max_size=8))
def test_it_agrees_with_the_definition_tried_out_letter_by_letter(pattern: str, name: str) -> None:
    assert matches(pattern, name) == naive(pattern, name)


def test_a_pattern_made_to_be_slow_is_answered() -> None:
    assert not matches("*a" * 50_000 + "b", "a" * 100_000)


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ("dev-*", "*-test", True),
        ("dev-*", "dev-shop", True),
        ("*", "*", True),
        ("a*b", "a", False),
        ("a*b", "ac*", True),
        ("*a*b*", "b*a", True),
        ("dev-*", "prod-*", False),
        ("*-test", "*-stage", False),
        ("dev-*-a", "dev-*-b", False),
        ("dev", "dev", True),
        ("dev", "", False),
        ("**", "", True),
    ],
)
def test_two_patterns_meet_where_some_name_fits_both(one: str, other: str, meet: bool) -> None:
    assert (may_both_match(one, other), may_both_match(other, one)) == (meet, meet)


@given(st.text("ab*", max_size=5), st.text("ab*", max_size=5))
def test_they_meet_exactly_where_a_name_can_be_found(one: str, other: str) -> None:
    names = ("".join(letters) for length in range(9) for letters in product("ab", repeat=length))
    assert may_both_match(one, other) == any(matches(one, name) and matches(other, name) for name in names)
