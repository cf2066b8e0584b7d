"""A reconciliation that meets trouble on its way: one part of it costs no other."""

from dataclasses import replace

from cases import NOW, policy
from sleepers import sleeper
from unchangingdays import Counts, Situation, reconcile_once

from policies.sleep.discrepancies import Discrepancy, OpenHibernation
from policies.sleep.messages import Phase

NAMES = tuple(f"web-{number}" for number in range(40))
OVERDUE = OpenHibernation(phase=Phase.ASLEEP, policy="idle-dev", resume_at=NOW.replace(hour=1))
ALL_OVERDUE = Situation(
    tuple(sleeper(name) for name in NAMES), {f"dev-shop/{name}": OVERDUE for name in NAMES}, policies=(policy(),)
)


async def test_one_that_cannot_be_told_keeps_the_word_from_no_other_and_is_one_alert() -> None:
    told, result = await reconcile_once(replace(ALL_OVERDUE, deaf=frozenset({"dev-shop/web-0", "dev-shop/web-7"})))
    assert told == Counts(nudges=38, alerts=1)
    assert result.sentence == "40 Deployments compared: 40 overdue, 2 could not be told."


async def test_one_whose_memo_cannot_be_decoded_is_told_like_the_others() -> None:
    told, _ = await reconcile_once(replace(ALL_OVERDUE, sealed=frozenset({"dev-shop/web-0"})))
    assert told == Counts(nudges=40)


async def test_a_count_that_temporal_does_not_give_costs_no_result() -> None:
    told, result = await reconcile_once(replace(ALL_OVERDUE, uncounted=True))
    assert (told, result.found) == (Counts(nudges=40), {Discrepancy.OVERDUE: 40})


async def test_all_are_told_before_anything_is_asked_that_is_only_shown() -> None:
    _, result = await reconcile_once(ALL_OVERDUE, unseen=lambda so_far: (f"a right, after {so_far.nudges} nudges",))
    assert result.missing_rights == ("a right, after 40 nudges",)
