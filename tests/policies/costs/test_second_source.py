import pytest

from policies.costs.cost import CostAnswer, HourlyCost
from policies.costs.doubts import Doubt
from policies.costs.second_source import weigh


def answer(amount: float, source: str = "OpenCost") -> CostAnswer:
    return CostAnswer(cost=HourlyCost(amount=amount, currency="USD", source=source))


@pytest.mark.parametrize(
    ("first", "second", "believed"),
    [
        (0.10, 0.10, True),
        (0.50, 0.10, True),
        (0.51, 0.10, False),
        (0.10, 0.50, True),
        (0.10, 0.51, False),
        (0.00, 0.01, False),
        (9.00, 0.00, True),
    ],
)
def test_five_times_apart_is_the_most(first: float, second: float, believed: bool) -> None:
    weighed = weigh(answer(first), answer(second, "price list"))
    assert (weighed.cost is not None, weighed.doubt) == (believed, None if believed else Doubt.OPINIONS_DIFFER)


def test_without_a_second_opinion_the_first_stands() -> None:
    nothing = CostAnswer.unknown(Doubt.NO_REQUESTS, "it requests nothing")
    assert weigh(answer(9.0), nothing) == answer(9.0)


def test_a_second_opinion_never_takes_the_place_of_the_first() -> None:
    unknown = CostAnswer.unknown(Doubt.NO_ROW, "it has no row")
    weighed = weigh(unknown, answer(0.1, "price list"))
    assert (weighed.cost, weighed.doubt) == (None, Doubt.NO_ROW)
    assert weighed.evidence == {"doubt": "NoRow", "second opinion": "0.1000 USD/h (price list)"}
