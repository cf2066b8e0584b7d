"""What those who sleep now save, from what visibility lists."""

from typing import Any

import pytest
from cases import NOW

from activities.hibernation.listing import ListedHibernation
from operations.present.saved_now import SavedNow, add_up_sleepers, describe_saved_now
from policies.sleep.messages import Phase


def listed(phase: Phase = Phase.ASLEEP, **changes: Any) -> ListedHibernation:
    """A sleeper that saves half a dollar an hour."""
    ordinary: dict[str, Any] = {
        "workflow_id": "w",
        "run_id": "r",
        "namespace": "dev-shop",
        "name": "web",
        "policy": "nights",
        "since": NOW,
        "saved_per_day_asleep": 12.0,
        "currency": "USD",
    }
    return ListedHibernation(phase=phase, **(ordinary | changes))


UNPRICED: dict[str, Any] = {"saved_per_day_asleep": None, "currency": ""}


@pytest.mark.parametrize(
    ("sleepers", "words"),
    [
        pytest.param([], "", id="nobody"),
        pytest.param([listed(Phase.AWAKE), listed(Phase.PAUSING)], "", id="nobody asleep"),
        pytest.param([listed(), listed(Phase.RESUMING)], "1.0000 USD an hour", id="two"),
        pytest.param([listed(saved_per_day_asleep=24_000.0 * 3)], "3,000.0000 USD an hour", id="a thousand"),
        pytest.param([listed(**UNPRICED)], "unknown", id="without a price"),
        pytest.param(
            [listed(), listed(**UNPRICED)], "0.5000 USD an hour (1 of them without a price)", id="some without"
        ),
        pytest.param([listed(), listed(currency="EUR")], "0.5000 EUR an hour, 0.5000 USD an hour", id="two currencies"),
    ],
)
def test_it_is_said_with_its_currency_and_of_how_many_it_is_not_known(
    sleepers: list[ListedHibernation], words: str
) -> None:
    assert describe_saved_now(add_up_sleepers(sleepers)) == words


def test_one_without_a_price_is_counted_with_the_others() -> None:
    assert add_up_sleepers([listed(), listed(**UNPRICED)]) == (
        SavedNow(per_hour=0.5, currency="USD", sleepers=2, without_price=1),
    )
