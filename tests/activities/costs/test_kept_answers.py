from datetime import timedelta

import pytest
from allocations import END, in_pieces, ordinary, question, row
from allocations import body as body_of
from ids import key_of

from activities.costs.kept_answers import CONFIRMED_AFTER, CostMemory
from policies.costs.doubts import Doubt
from policies.costs.opencost.check_rows import judge_answer
from policies.costs.opencost.question import AllocationWindow
from policies.costs.opencost.summary import Judged

CHECKOUT = key_of("dev-shop/checkout")
OTHERS = ("dev-shop/catalog", "dev-search/checkout", "dev-search/young", "staging/api", "prod/trainer")
RUNNING = frozenset({CHECKOUT, *map(key_of, OTHERS)})


def window(hours: float) -> AllocationWindow:
    """The window that ends so many hours later."""
    return AllocationWindow.before(END + timedelta(hours=hours), timedelta(hours=48))


def answer(memory: CostMemory | None = None, *, price: float = 1, everywhere: float = 1) -> Judged:
    """A good answer in which one Deployment, or everything, costs so many times as much."""
    rows = [row(price=price * everywhere), *ordinary()[1:]]
    before = None if memory is None else memory.before(RUNNING)
    return judge_answer(in_pieces(body_of(*rows)), question(), before)


def taught(days: int = 1) -> CostMemory:
    """A memory of so many ordinary days."""
    memory = CostMemory()
    for day in range(days):
        memory.learn(window(24 * (day - days + 1)), answer())
    return memory


def core_price_so_far(memory: CostMemory) -> float | None:
    """What is expected of the one Deployment."""
    before = memory.before(RUNNING)
    assert before is not None
    price = before.price_of(CHECKOUT)
    assert price is not None
    return price.core


def test_a_new_worker_remembers_nothing() -> None:
    assert CostMemory().before(RUNNING) is None


def test_what_was_there_is_expected_again_as_far_as_it_still_runs() -> None:
    before, after = taught().before(RUNNING), taught().before({CHECKOUT})
    assert before is not None
    assert after is not None
    assert (before.rows, before.namespaces) == (10, 5)
    assert (after.rows, after.namespaces) == (5, 3)


def test_a_price_is_held_against_the_median_of_its_last_days() -> None:
    memory = taught(days=3)
    memory.learn(window(24), answer(price=2.9))
    assert core_price_so_far(memory) == pytest.approx(0.031611, rel=1e-3)


def test_after_seven_days_the_oldest_price_is_forgotten() -> None:
    memory = taught(days=4)
    for day in range(1, 8):
        memory.learn(window(24 * day), answer(price=2))
    assert core_price_so_far(memory) == pytest.approx(2 * 0.031611, rel=1e-3)


def test_one_answer_a_day_is_enough_to_remember() -> None:
    memory = taught()
    for hour in range(1, 4):  # END is at 20:00
        memory.learn(window(hour), answer(price=2.5))
    assert core_price_so_far(memory) == pytest.approx(0.031611, rel=1e-3)


def test_a_price_that_stays_where_it_jumped_to_is_believed_after_a_day() -> None:
    memory = taught()
    for hour in range(1, CONFIRMED_AFTER + 1):
        judged = answer(memory, price=4)
        assert judged.doubts[CHECKOUT].doubt is Doubt.PRICE_JUMPED
        memory.learn(window(hour), judged)
        memory.learn(window(hour), judged)  # the same window again is no more evidence
    assert CHECKOUT in answer(memory, price=4).amounts


def test_a_price_that_jumps_back_and_forth_is_never_believed() -> None:
    memory = taught()
    for hour in range(1, 3 * CONFIRMED_AFTER):
        price = 1 if hour % CONFIRMED_AFTER == 0 else 4
        memory.learn(window(hour), answer(memory, price=price))
    assert answer(memory, price=4).doubts[CHECKOUT].doubt is Doubt.PRICE_JUMPED


def test_what_is_odd_about_the_whole_for_a_day_is_how_things_are() -> None:
    memory = taught()
    for hour in range(1, CONFIRMED_AFTER):
        memory.doubt(window(hour), Doubt.FEWER_ROWS)
    assert memory.before(RUNNING) is not None
    memory.doubt(window(CONFIRMED_AFTER), Doubt.FEWER_ROWS)
    assert memory.before(RUNNING) is None


def test_an_answer_that_is_wrong_by_itself_never_makes_forget() -> None:
    memory = taught()
    for hour in range(1, 3 * CONFIRMED_AFTER):
        memory.doubt(window(hour), Doubt.NO_DATA)
    assert memory.before(RUNNING) is not None


def test_a_deployment_that_left_the_answer_is_new_when_it_comes_back() -> None:
    memory = taught()
    without = judge_answer(in_pieces(body_of(*ordinary()[1:])), question())
    memory.learn(window(24), without)
    before = memory.before(RUNNING)
    assert before is not None
    assert before.price_of(CHECKOUT) is None
