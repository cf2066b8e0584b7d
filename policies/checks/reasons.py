"""The stable codes of every decision: metrics, scripts and people's memories hang on them."""

from policies.models import Code


class Reason(Code):
    """Why a running workload is or is not paused, in the order the checks run."""

    OUTSIDE_SCHEDULE = "OutsideSchedule"
    ENDS_SOON = "EndsSoon"
    NAMESPACE_NOT_IN_SCOPE = "NamespaceNotInScope"
    LABELS_DO_NOT_MATCH = "LabelsDoNotMatch"
    ALREADY_PAUSED = "AlreadyPaused"
    OTHER_INSTANCE = "OtherInstance"
    EXCLUDED = "Excluded"
    INVALID_ANNOTATION = "InvalidAnnotation"
    PROTECTED = "Protected"
    BEING_DELETED = "BeingDeleted"
    AT_ZERO = "AtZero"
    FOREIGN_RECORD = "ForeignRecord"
    OWNED_BY_CONTROLLER = "OwnedByController"
    MANAGED_BY_KEDA = "ManagedByKeda"
    AUTOSCALER_SCALES_FROM_ZERO = "AutoscalerScalesFromZero"
    AUTOSCALER_UNKNOWN = "AutoscalerUnknown"
    MANAGED_BY_GITOPS = "ManagedByGitOps"
    ROLLOUT_IN_PROGRESS = "RolloutInProgress"
    ROLLOUT_PAUSED = "RolloutPaused"
    KEPT_AWAKE = "KeptAwake"
    COOLING_DOWN = "CoolingDown"
    NOT_IDLE = "NotIdle"
    IDLE_UNKNOWN = "IdleUnknown"
    COST_BELOW_THRESHOLD = "CostBelowThreshold"
    COST_UNKNOWN = "CostUnknown"
    MAY_NOT_WRITE = "MayNotWrite"
    REFUSED = "Refused"
    LIMIT_REACHED = "LimitReached"
    PAUSE = "Pause"


NOT_KNOWN = frozenset({Reason.AUTOSCALER_UNKNOWN, Reason.IDLE_UNKNOWN, Reason.COST_UNKNOWN})
"""Reasons that say that a question has no answer. Unknown never pauses."""

OUT_OF_SCOPE = frozenset(
    {Reason.OUTSIDE_SCHEDULE, Reason.ENDS_SOON, Reason.NAMESPACE_NOT_IN_SCOPE, Reason.LABELS_DO_NOT_MATCH}
)
"""Reasons that say nothing of the workload itself: the policy is not about it, or not now."""
