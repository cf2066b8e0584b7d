"""How what is listed is arranged."""

from datetime import UTC, datetime

import pytest

from cli.grammar.lists import SortKeys, arrange, check_sort_key, read_selector
from operations.errors import UsageProblem

ROWS = (("b", 1.0, datetime(2026, 1, 2, tzinfo=UTC)), ("a", None, None), ("c", 3.0, datetime(2026, 1, 1, tzinfo=UTC)))
KEYS: SortKeys = {"name": lambda row: row[0], "cost": lambda row: row[1], "since": lambda row: row[2]}


@pytest.mark.parametrize(
    ("sort_by", "names"), [(None, "bac"), ("name", "abc"), ("cost", "cba"), ("since", "cba")], ids=str
)
def test_money_comes_with_the_most_first_names_and_times_in_their_order_and_the_unknown_last(
    sort_by: str | None, names: str
) -> None:
    assert "".join(row[0] for row in arrange(ROWS, KEYS, sort_by)) == names


def test_the_dearest_are_the_first_so_many() -> None:
    assert [row[0] for row in arrange(ROWS, KEYS, "cost", 1)] == ["c"]


def test_a_key_that_is_none_is_told_with_those_there_are() -> None:
    with pytest.raises(UsageProblem, match="--sort-by csot is none of name, cost, since; did you mean cost"):
        check_sort_key("csot", KEYS)


def test_a_selector_that_is_none_names_its_option() -> None:
    with pytest.raises(UsageProblem, match=r"--selector .*is not a label key"):
        read_selector("tier>3")
