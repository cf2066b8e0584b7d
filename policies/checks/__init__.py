"""Every reason for leaving a workload alone, cheapest first. To add a check, write its class and put it in its place.

The order is part of the meaning: the first failing check gives a decision its reason code.
"""

from policies.checks.case import AnswerKind, Autoscalers, Case, Check, Finding, Question, Surroundings
from policies.checks.foreign import ForeignRecordCheck
from policies.checks.ownership import AutoscalerCheck, DeletionCheck, GitOpsCheck, OwnerCheck, ZeroCheck
from policies.checks.protection import ProtectedCheck, protection_of
from policies.checks.records import ExcludedCheck, KeptAwakeCheck, PausedCheck, ReadableCheck
from policies.checks.scope import ScheduleCheck, ScopeCheck
from policies.checks.stability import CooldownCheck, RolloutCheck, RolloutPausedCheck
from policies.checks.worth import CostCheck, IdleCheck

CHECKS: tuple[Check, ...] = (
    ScheduleCheck(),
    ScopeCheck(),
    PausedCheck(),
    ExcludedCheck(),
    ReadableCheck(),
    ProtectedCheck(),
    DeletionCheck(),
    ZeroCheck(),
    ForeignRecordCheck(),
    OwnerCheck(),
    AutoscalerCheck(),
    GitOpsCheck(),
    RolloutCheck(),
    RolloutPausedCheck(),
    KeptAwakeCheck(),
    CooldownCheck(),
    IdleCheck(),
    CostCheck(),
)

_OVERRULED = (ScheduleCheck, ScopeCheck, KeptAwakeCheck, CooldownCheck, IdleCheck, CostCheck)

BY_HAND: tuple[Check, ...] = tuple(check for check in CHECKS if not isinstance(check, _OVERRULED))
"""What `finops pause` asks: a person may overrule schedule, cost, idleness, cooling and limits, and nothing else."""

_OF_THE_PRESENT = (
    PausedCheck,
    DeletionCheck,
    ZeroCheck,
    RolloutCheck,
    RolloutPausedCheck,
    KeptAwakeCheck,
    CooldownCheck,
)

_ANSWERED_BY_THE_WRITE = (PausedCheck, ZeroCheck, RolloutCheck, CooldownCheck, AutoscalerCheck, IdleCheck, CostCheck)
"""The object carries our record after W1, the controller has not seen it yet, `metadata.generation` tells whether
anybody touched it, and the rest is measured once a run."""

AT_THE_WRITE: tuple[Check, ...] = tuple(check for check in CHECKS if not isinstance(check, _ANSWERED_BY_THE_WRITE))
"""What the pause itself asks once more, on the object that W1 returned: minutes may lie between the two."""

REPLAYED: tuple[Check, ...] = tuple(check for check in CHECKS if not isinstance(check, _OF_THE_PRESENT))
"""What can be asked of the past: an object tells of its rollouts, edits and wakes only how it stands now."""

__all__ = [
    "AT_THE_WRITE",
    "BY_HAND",
    "CHECKS",
    "REPLAYED",
    "AnswerKind",
    "Autoscalers",
    "Case",
    "Check",
    "Finding",
    "Question",
    "Surroundings",
    "protection_of",
]
