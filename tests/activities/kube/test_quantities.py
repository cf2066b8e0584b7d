from decimal import Decimal

import pytest

from activities.kube.quantities import InvalidQuantity, parse_quantity


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", "0"),
        ("2", "2"),
        ("1.5", "1.5"),
        (".5", "0.5"),
        ("1.", "1"),
        ("+3", "3"),
        ("250m", "0.25"),
        ("100u", "0.0001"),
        ("3n", "0.000000003"),
        ("2k", "2000"),
        ("1M", "1000000"),
        ("1Ki", "1024"),
        ("512Mi", "536870912"),
        ("1.5Gi", "1610612736"),
        ("2Ti", "2199023255552"),
        ("1Pi", "1125899906842624"),
        ("1Ei", "1152921504606846976"),
        ("2E", "2000000000000000000"),
        ("3e2", "300"),
        ("1E3", "1000"),
        ("12e-1", "1.2"),
        ("129e6", "129000000"),
    ],
)
def test_a_quantity_is_the_exact_number_it_stands_for(text: str, number: str) -> None:
    assert parse_quantity(text) == Decimal(number)


@pytest.mark.parametrize("text", ["", "m", "1 Gi", "1gi", "1K", "0x10", "-1", "NaN", "1e", "1e999", "8Ei", "1" * 41])
def test_what_nothing_can_ask_for_is_refused(text: str) -> None:
    with pytest.raises(InvalidQuantity):
        parse_quantity(text)
