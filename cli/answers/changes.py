"""What commands answer to programs that tell an installation to do something."""

from collections.abc import Mapping
from datetime import datetime

from activities.snapshot import Hold
from operations.changes.consent import Consent
from operations.changes.forecast import Forecast
from operations.changes.handover import Handover
from operations.changes.policy_change import Notice, Novelty
from operations.targets import WorkloadName
from policies.models import Frozen


class ApplyAnswer(Frozen):
    """`finops apply`."""

    dry_run: bool
    applied: tuple[str, ...]
    """The policies that are in force now."""
    novelties: Mapping[str, Novelty]
    """By the policies' names: created, changed, unchanged."""
    changed: tuple[str, ...]
    """Those that were not in force so."""
    removed: tuple[str, ...]
    forecasts: tuple[Forecast, ...]
    """What those that are new or changed are about to do."""
    handovers: tuple[Handover, ...]
    """What becomes of what is asleep."""
    notices: tuple[Notice, ...]
    """What authors should hear."""
    hold: Hold | None
    """The hold that is on: nothing goes to sleep until it is released."""
    unknowns: tuple[str, ...]
    """What could not be found out, and what that means."""
    more: tuple[str, ...]
    """All that go to sleep and would not have so far."""
    longer: tuple[str, ...]
    """All others that sleep at hours at which the policy has had them awake."""
    wake: int
    """How many sleepers wake because of it."""
    consent: Consent | None
    """What is asked before; null where nothing is."""


class DeleteAnswer(Frozen):
    """`finops delete`."""

    removed: tuple[str, ...]
    handovers: tuple[Handover, ...]
    """What becomes of what is asleep."""


class HoldAnswer(Frozen):
    """`finops hold` and `finops release`."""

    cluster: str
    hold: Hold | None
    """The one that is on now."""


class KeepAwakeAnswer(Frozen):
    """`finops keep-awake`."""

    kept_awake: tuple[WorkloadName, ...]
    woken: tuple[WorkloadName, ...]
    """Those of them that were asleep."""
    until: datetime
    longer: Mapping[str, datetime]
    """Those that are kept awake for longer all the same, and until when."""
    shortened: Mapping[str, datetime]
    """Those that were kept awake for longer so far, and until when."""
    failed: Mapping[str, str]
    """Deployments that could not be kept awake, and why."""


class PauseAnswer(Frozen):
    """`finops pause`."""

    workload: WorkloadName
    asleep_until: datetime
    replicas: int
    """How many it had; 0 where it slept already."""


class WakeAnswer(Frozen):
    """What became of one wake."""

    workload: str
    """Or what else was named, where nothing could be found out of it."""
    awake: bool
    """Whether the cluster shows it scaled up, or available where that was waited for."""
    trouble: str = ""
    """Why it could not be woken."""


class ResumeAnswer(Frozen):
    """`finops resume`."""

    results: tuple[WakeAnswer, ...]
