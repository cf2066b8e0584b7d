"""What a reconciliation is asked, and what it came to."""

from collections.abc import Mapping
from datetime import datetime

from policies.models import Frozen
from policies.sleep.clocks import ClockDrift
from policies.sleep.discrepancies import Discrepancy


class Reconcile(Frozen):
    """The input of a reconciliation."""

    cluster: str


class NotUnderstood(Frozen):
    """A Deployment (`namespace/name`) that could not be read at all, and why."""

    deployment: str
    problem: str


class ReconcileResult(Frozen):
    """What a reconciliation found. It is also what the next one remembers."""

    sentence: str = ""
    at: datetime | None = None
    found: Mapping[Discrepancy, int] = {}
    looked_at: int = 0
    """Those whose hibernation was told before, and found that nothing is to be done."""
    missing_policies: tuple[str, ...] = ()
    not_ready: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()
    not_understood: tuple[NotUnderstood, ...] = ()
    other_instance: tuple[str, ...] = ()
    """Sleepers of other installations: shown, and left alone."""
    strays: tuple[str, ...] = ()
    """Workloads that run with annotations of a sleep that are not ours: shown, and left alone."""
    clocks: ClockDrift = ClockDrift()
    """How far the clocks were apart at its listing."""
    missing_rights: tuple[str, ...] = ()
    """The optional rights that its worker lacked, by their names in `policies/rights/`."""
    troubles: Mapping[str, str] = {}
    """What was wrong with the parts that its worker goes on without: costs, idleness, policies, messages."""
