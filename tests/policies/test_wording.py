import pytest

from policies.wording import amount, count, name_some


@pytest.mark.parametrize(
    ("number", "noun", "said"),
    [
        (1, "policy", "1 policy"),
        (0, "policy", "0 policies"),
        (2, "day", "2 days"),
        (1200, "replica", "1,200 replicas"),
        (3, "process", "3 processes"),
        (2, "open hibernation", "2 open hibernations"),
    ],
)
def test_what_is_counted_stands_in_the_singular_for_one_alone(number: int, noun: str, said: str) -> None:
    assert count(number, noun) == said


def test_money_has_separators_for_its_thousands_and_its_currency_by_name() -> None:
    assert amount(3244.168, "USD") == "3,244.17 USD"
    assert amount(0.00741, "USD", places=4) == "0.0074 USD"
    assert amount(12) == "12.00"


def test_of_many_names_the_first_are_named_and_the_others_counted() -> None:
    assert name_some(["a", "b"], 2) == "a, b"
    assert name_some(["a", "b", "c"], 2) == "a, b and 1 more"
