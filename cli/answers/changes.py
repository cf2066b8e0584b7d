"""What commands answer to programs that tell an installation to do something."""

from collections.abc import Mapping
from datetime import datetime

from activities.snapshot import Hold
from operations.changes.handover import Handover
from operations.targets import WorkloadName
from policies.models import Frozen


class ApplyAnswer(Frozen):
    """`finops apply`."""

    dry_run: bool
    applied: tuple[str, ...]
    """The policies that are in force now."""
    changed: tuple[str, ...]
    """Those of them that were not, or not so."""
    removed: tuple[str, ...]
    handovers: tuple[Handover, ...]
    """What becomes of those who sleep."""


class DeleteAnswer(Frozen):
    """`finops delete`."""

    removed: tuple[str, ...]
    handovers: tuple[Handover, ...]
    """What becomes of those who sleep."""


class HoldAnswer(Frozen):
    """`finops hold` and `finops release`."""

    cluster: str
    hold: Hold | None
    """The one that is on now."""


class KeepAwakeAnswer(Frozen):
    """`finops keep-awake`."""

    kept_awake: tuple[WorkloadName, ...]
    until: datetime
    failed: Mapping[str, str]
    """Deployments that could not be kept awake, and why."""


class PauseAnswer(Frozen):
    """`finops pause`."""

    workload: WorkloadName
    asleep_until: datetime | None
    """None where nothing wakes it but a person."""


class WakeAnswer(Frozen):
    """What became of one wake."""

    workload: WorkloadName
    awake: bool
    """Whether the cluster shows it scaled up, or available where that was waited for."""
    trouble: str = ""
    """Why it could not be woken."""


class ResumeAnswer(Frozen):
    """`finops resume`."""

    results: tuple[WakeAnswer, ...]
