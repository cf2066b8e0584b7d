"""The clock of the machine that a command is typed on."""

from datetime import timedelta

from activities.clocks import read_own_clock
from operations.installation import Installation


def own_clock_ahead(installation: Installation) -> timedelta | None:
    """How far it is ahead of the API server's (negative: behind), as the latest answer told; None where none did."""
    server_now = installation.cluster.transport.server_now()
    return None if server_now is None else read_own_clock() - server_now
