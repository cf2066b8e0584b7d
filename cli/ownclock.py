"""The clock of the machine that a command is typed on."""

from datetime import timedelta

from activities.clocks import read_own_clock
from cli.session import Session


def own_clock_ahead(session: Session) -> timedelta | None:
    """How far it is ahead of the API server's (negative: behind), as the latest answer told; None where none did."""
    server_now = session.cluster.transport.server_now()
    return None if server_now is None else read_own_clock() - server_now
