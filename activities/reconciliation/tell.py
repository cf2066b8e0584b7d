"""What a reconciliation tells beside its result: alerts, and what is due soon."""

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from temporalio.client import Client
from temporalio.service import RPCError

from activities.alerts.raised import alert_once, settle
from activities.hibernation.listing import count_paused
from policies.sleep.discrepancies import OpenHibernation
from policies.sleep.messages import AWAKE_PHASES
from policies.wording import count

_LOG = logging.getLogger(__name__)
_PAUSED = "hibernations paused in Temporal"


_UNTOLD = "hibernations that could not be told"


async def try_to_count_paused(client: Client, cluster: str) -> int | None:
    """How many hibernations are paused in Temporal; None where it does not say."""
    try:
        return await count_paused(client, cluster)
    except RPCError as error:
        _LOG.warning("%s could not be counted: %s", _PAUSED, error.message)
        return None


def tell_paused(number: int | None) -> None:
    """Raise or settle the alert on hibernations that somebody paused in Temporal; None where that is not known."""
    if number is None:
        return
    if number:
        alert_once("unexpected", _PAUSED, f"{count(number, 'hibernation')} paused in Temporal, which nothing wakes")
    else:
        settle(_PAUSED)


def tell_untold(untold: Mapping[str, Exception]) -> None:
    """Raise or settle the alert on hibernations that took no word, by their ids with the error of each."""
    if not untold:
        settle(_UNTOLD)
        return
    name, error = next(iter(untold.items()))
    sentence = f"{count(len(untold), 'hibernation')} could not be told what was found, {name} among them: {error}"
    if alert_once("unexpected", _UNTOLD, f"{sentence}; the next reconciliation tries again", type(error).__name__):
        _LOG.warning("the first of those that could not be told: %s", name, exc_info=error)


def measure_waiting(opened: Iterable[OpenHibernation], now: datetime) -> tuple[int, float]:
    """How many are due within the hour, or past their time, and how many seconds the longest wait has lasted."""
    times = [each.resume_at for each in opened if each.phase not in AWAKE_PHASES and each.resume_at is not None]
    overdue = max((now - at for at in times), default=timedelta(0))
    return sum(at <= now + timedelta(hours=1) for at in times), max(overdue, timedelta(0)).total_seconds()
