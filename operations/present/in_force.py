"""The policies in force, as they are told: what each is about, when it acts, and what its last run came to."""

from datetime import datetime

from activities.snapshot import Hold
from operations.present.policy_runs import PolicyRun
from operations.present.policy_writers import LastChange
from policies.calendar.sleep_windows import Window
from policies.models import Frozen
from policies.policy.document import Mode
from policies.runs.enforcement import JudgedRun


class PolicyInForce(Frozen):
    """One policy. What is None or empty is not known, as `troubles` of the whole tell."""

    name: str
    mode: Mode | None = None
    """None where its document cannot be read."""
    suspended: bool = False
    scope: str = ""
    conditions: tuple[str, ...] = ()
    zone: str = "UTC"
    """Of its schedule, by the IANA name."""
    window: Window | None = None
    """The one that runs, or the next; without start and end it sleeps at any time. None where none comes any more."""
    window_runs: bool = False
    asleep: int | None = None
    runs_known: bool = True
    """False where Temporal could not be asked for its runs."""
    last_run: PolicyRun | None = None
    """The last that left a result."""
    next_run_at: datetime | None = None
    objection: str = ""
    """Why it does not run: its Schedule is paused or missing, say."""
    changed: LastChange = LastChange()

    @property
    def last_judged(self) -> JudgedRun | None:
        """The last run that judged anything: most runs between two windows do not."""
        return None if self.last_run is None else self.last_run.last_judged


class PoliciesInForce(Frozen):
    """All policies of a cluster."""

    cluster: str
    place: str
    """Where they are."""
    readable: bool = True
    """False where the documents there cannot be read: then those that have a Schedule are named."""
    at: datetime
    policies: tuple[PolicyInForce, ...] = ()
    hold: Hold | None = None
    objections: tuple[str, ...] = ()
    """What keeps documents or all policies from being in force."""
    troubles: tuple[str, ...] = ()
    """What could not be asked, and what is not known therefore."""


class PolicyInDetail(Frozen):
    """One policy, and its last runs, newest first."""

    found: PoliciesInForce
    """Holds this one policy."""
    runs: tuple[PolicyRun, ...] = ()

    @property
    def policy(self) -> PolicyInForce:
        """The policy."""
        return self.found.policies[0]
