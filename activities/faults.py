"""How a failed read is told to Temporal: when to try again, and whether a person has to know."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from temporalio.exceptions import ApplicationError

from activities.alerts.raised import alert_once, settle
from activities.errors import Denied, IdentityMismatch, Throttled

_CLUSTER = "the cluster"


@contextmanager
def told_to_temporal(about: str) -> Iterator[None]:
    """Wrap the reads of an activity: Retry-After becomes the delay of the next attempt, a missing right or another
    cluster an alert, which the next attempts do not repeat. `about` is what is read. Of a namespace's workloads it is
    the namespace: a right is missing for all of them, and told once.
    """
    try:
        yield
    except Throttled as error:
        delay = timedelta(seconds=error.retry_after)
        raise ApplicationError(str(error), type="Throttled", next_retry_delay=delay) from error
    except Denied as error:
        cause = f"{error.verb} {error.resource} {error.status}"
        alert_once("denied", about, str(error), cause, resource=error.resource, verb=error.verb)
        raise
    except IdentityMismatch as error:
        alert_once("identity", _CLUSTER, str(error))
        raise
    settle(about)
    settle(_CLUSTER)
