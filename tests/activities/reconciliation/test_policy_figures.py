"""What a reconciliation counts for each policy."""

import pytest
from cases import COST, NOW, policy, workload

from activities.reconciliation.policy_statuses import FiguresTally
from policies.sleep.ledger import Slept

NIGHTS = policy("nights", schedule={"timeZone": "UTC", "asleep": [{"from": "20:00", "to": "06:00"}]})


def test_a_month_is_counted_by_the_calendar_of_the_policy_and_a_pause_by_hand_has_none() -> None:
    tally = FiguresTally((NIGHTS, policy("always")), NOW)
    for under in ("nights", "nights", "always", "manual", "gone"):
        sleeper = workload(name=under)
        tally.count(sleeper, Slept(ref=sleeper.ref, policy=under, start=NOW, cost=COST))
    assert tally.months() == {"USD": pytest.approx(0.12 * 730 * (2 * 10 / 24 + 1))}
