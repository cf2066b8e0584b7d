import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.wildcards import matches


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
