"""Do Temporal and the cluster agree on the time?

Every listing compares the two. When they are more than a minute apart nothing is paused: one of them is wrong, and
nobody here can tell which.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

TOLERANCE = timedelta(seconds=60)

ClockComparison = Callable[[datetime, datetime], timedelta]
"""How far apart two clocks are, given Temporal's and the API server's reading of the same moment."""


def compare_clocks(temporal_time: datetime, server_time: datetime) -> timedelta:
    """The plain difference. Tests in skipped time hand in a comparison that always agrees."""
    return abs(temporal_time - server_time)


def clocks_disagree(apart: timedelta) -> bool:
    """Whether the clocks are too far apart for anything to be paused."""
    return apart > TOLERANCE
