"""How a failed read is told to Temporal: when to try again, and whether a person has to know."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from temporalio.exceptions import ApplicationError

from activities.alerts import alert
from activities.errors import Denied, Throttled


@contextmanager
def told_to_temporal() -> Iterator[None]:
    """Wrap the reads of an activity: Retry-After becomes the delay of the next attempt, a missing right an alert."""
    try:
        yield
    except Throttled as error:
        delay = timedelta(seconds=error.retry_after)
        raise ApplicationError(str(error), type="Throttled", next_retry_delay=delay) from error
    except Denied as error:
        alert("denied", str(error), resource=error.resource, verb=error.verb)
        raise
