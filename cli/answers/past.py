"""What `history` and `savings` answer to programs."""

from datetime import datetime

from operations.past.carried import Carried
from operations.past.hibernation_runs import KnownRuns
from operations.past.outlook import Outlook
from policies.models import Frozen
from policies.sleep.ledger import Entry


class HistoryAnswer(Frozen):
    """`finops history`."""

    deployment: str
    cluster: str
    server: str | None
    """The API server's address; None where it could not be asked."""
    server_trouble: str
    workflow: str
    """The id of its hibernations."""
    page: str
    """That of the last of them in the Temporal UI; empty where no address of one is known."""
    now: Carried | None
    """What the Deployment carries."""
    temporal: KnownRuns | None
    temporal_trouble: str
    outlook: Outlook


class SavingsAnswer(Frozen):
    """`finops savings`."""

    since: datetime
    until: datetime
    data_since: datetime | None
    """Nothing is known from before."""
    total: tuple[Entry, ...]
    """One for each currency."""
    groups: tuple[Entry, ...]
    """By policy and namespace."""
    workloads: tuple[Entry, ...]
    """By policy and Deployment."""
    strangers: int
    """Sleepers of other installations, which are not counted."""
    unreadable: int
    """Sleepers of which nothing could be read, and which are not counted."""
    troubles: tuple[str, ...]
    node_hours_before: float | None
    """In as long a time before the period."""
    node_hours: float | None
    realised: str
    """What became of the nodes, in a sentence."""
