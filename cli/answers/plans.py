"""What `plan`, `explain`, `calendar`, `backtest` and `import` answer to programs."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cli.answers.place import Placed
from operations.plans.backtest import Avoided
from operations.plans.calendar import ComingSleep
from operations.plans.plan import Plan
from policies.checks.decision import Answer, Decision
from policies.checks.reasons import Reason
from policies.costs.cost import CostAnswer
from policies.idleness.answers import IdleAnswer
from policies.importing.drafts import LeftOut
from policies.models import Frozen
from policies.policy.document import Mode


class PlanAnswer(Plan, Placed):
    """`finops plan`."""

    cluster: str
    """Its name here (FINOPS_CLUSTER)."""


class VerdictAnswer(Frozen):
    """What one policy makes of the Deployment."""

    policy: str
    mode: Mode
    decision: Decision
    first_window_room: int | None
    """How many more may go to sleep while its window is its first; None where that is over, or there is no such brake.
    """
    idleness: IdleAnswer | None
    """None where the policy does not ask for it."""
    checks: tuple[Answer, ...]
    """In their order."""


class ExplainAnswer(Placed):
    """`finops explain`."""

    deployment: str
    replicas: int
    asleep: bool
    instance: str
    """The installation that it sleeps under."""
    annotations: Mapping[str, str]
    """Those of this product."""
    workflow: str
    """The id of its hibernation."""
    page: str
    """That of its hibernation in the Temporal UI; empty where no address of one is known."""
    cost: CostAnswer
    policies: tuple[VerdictAnswer, ...]
    unknowns: tuple[str, ...]
    """What could not be found out, and what that means."""
    may_not_write: tuple[str, ...]
    """Its namespace, where the caller's own credentials could pause nothing in it."""


class CalendarAnswer(Frozen):
    """`finops calendar`."""

    policies: tuple[str, ...]
    """Those that have a schedule."""
    sleeps: tuple[ComingSleep, ...]


class ReplayedPause(Frozen):
    """One pause of a backtest."""

    namespace: str
    name: str
    paused_at: datetime
    because: str
    woke_at: datetime
    woken_by: str
    hours: float
    """How long it would have slept."""
    avoided: float | None
    """Money."""
    currency: str
    regret: str | None
    """The work that fell into it."""


class BacktestAnswer(Placed):
    """`finops backtest`."""

    policy: str
    mode: Mode
    first: datetime
    last: datetime
    every_seconds: float
    """Between two evaluations."""
    moments: int
    """Evaluations."""
    deployments: int
    """In its scope."""
    pauses: tuple[ReplayedPause, ...]
    regrets: int
    """Pauses that work fell into."""
    hours_asleep: float
    """All pauses together."""
    avoided: Avoided
    left_alone: Mapping[Reason, int]
    """Deployments that would never have slept, by the reason that was given most often."""
    notes: tuple[str, ...]
    """What is not replayed."""


class ImportAnswer(Frozen):
    """`finops import`."""

    policies: tuple[dict[str, Any], ...]
    """Policy documents."""
    commands: tuple[str, ...]
    """To run as well, so that what was excluded stays awake."""
    not_carried_over: tuple[LeftOut, ...]
