"""What the sleeps of one hibernation come to."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from policies.annotations import PauseRecord
from policies.costs.savings import avoided_between
from policies.sleep.ledger import Slept, slept_by
from policies.sleep.raised_count import is_raised_soon
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

    def add(self, ref: WorkloadRef, record: PauseRecord, ended_at: datetime, woken: str, *, raised: bool) -> None:
        """Count a sleep that is over, and why. `raised`: because somebody raised its count."""
        end = max(record.paused_at, ended_at)
        self.slept += end - record.paused_at
        if record.cost is not None:
            self.avoided_cost += avoided_between(record.cost, record.paused_at, end)
            self.currency = record.cost.currency
        raised_soon = raised and is_raised_soon(record.paused_at, end)
        over = slept_by(ref, record, end, woken).replace(raised_soon=raised_soon)
        self.sleeps = (*self.sleeps, over)[-SLEEPS_KEPT:]

    def of(self, record: PauseRecord) -> Slept | None:
        """The sleep of this record, where it has been counted and is the last."""
        last = self.sleeps[-1] if self.sleeps else None
        return last if last is not None and last.pause_id == record.pause_id else None
