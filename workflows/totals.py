"""What the sleeps of one hibernation come to."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from policies.annotations import PauseRecord
from policies.ledger import Slept
from policies.savings import avoided_between
from policies.workload import WorkloadRef

SLEEPS_KEPT = 50
"""Of one that is paused again and again while it is kept open; its sums go on."""


@dataclass
class Totals:
    """The sums over all sleeps that have ended, and the last of them."""

    slept: timedelta = timedelta(0)
    avoided_cost: float = 0.0
    currency: str = ""
    sleeps: tuple[Slept, ...] = ()

    def add(self, ref: WorkloadRef, record: PauseRecord, end: datetime) -> None:
        """Count the sleep that ends now."""
        self.slept += max(end - record.paused_at, timedelta(0))
        if record.cost is not None:
            self.avoided_cost += avoided_between(record.cost, record.paused_at, end)
            self.currency = record.cost.currency
        over = Slept(
            ref=ref,
            policy=record.policy,
            start=record.paused_at,
            end=end,
            pause_id=record.pause_id,
            cost=record.cost,
        )
        self.sleeps = (*self.sleeps, over)[-SLEEPS_KEPT:]
