"""How long a server asks to be left alone.

Each waits by its own count: each of the three loops that ask again (costs/exchange.py, prometheus/client.py,
messages/outbox.py) has a deadline of its own that a wait may not cross, or is ended by the worker's end. A library of
retries would keep the waits, which are a tuple of seconds here, and leave all of that to be written.
"""

from urllib3.exceptions import InvalidHeader
from urllib3.util import Retry

LONGEST_PATIENCE = 300.0
"""Seconds. A server that wants more is asked again all the same: it may be a mistake, and something may be asleep."""


def read_patience(header: str | None, otherwise: float = 0.0) -> float:
    """`Retry-After` in seconds, whether it is a number or a date, 300 at most; `otherwise` where it is not one of the
    two.
    """
    try:
        return min(float(Retry().parse_retry_after(header or "")), LONGEST_PATIENCE)
    except (InvalidHeader, ValueError, OverflowError):
        return otherwise
