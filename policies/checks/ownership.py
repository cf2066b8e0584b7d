"""Who else decides this workload's replica count, found out before the first write."""

import json

from policies.annotations import PAUSED
from policies.checks.case import Case, Check, Finding, Question
from policies.checks.foreign import find_foreign_record
from policies.checks.reasons import Reason
from policies.policy.document import GitOps
from policies.wording import count
from policies.workload import Workload

ARGO_MANAGERS = frozenset({"argocd-controller", "argocd-application-controller"})
AUTOSCALER = "kube-controller-manager"
"""The field manager that HorizontalPodAutoscalers write `/scale` under."""
FLUX_MANAGERS = frozenset({"kustomize-controller", "helm-controller"})
TRACKING_ANNOTATIONS = ("argocd.argoproj.io/tracking-id",)
TRACKING_LABELS = (
    "argocd.argoproj.io/instance",
    "kustomize.toolkit.fluxcd.io/name",
    "helm.toolkit.fluxcd.io/name",
)
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
IGNORE_RULE = (
    "leave replicas out of Git, or let Argo CD ignore it (ignoreDifferences with jsonPointers: [/spec/replicas], and "
    "RespectIgnoreDifferences=true) or Flux (spec.ignore of a Kustomization, spec.driftDetection.ignore of a "
    "HelmRelease, with the path /spec/replicas)"
)


class DeletionCheck(Check):
    """A workload on its way out takes writes on paper only."""

    reasons = (Reason.BEING_DELETED,)

    def ask(self, case: Case) -> Question:  # noqa: ARG002 - asked of all alike
        """Whether it, or its namespace, is on its way out."""
        return Question(text="being deleted?")

    def judge(self, case: Case) -> Finding | None:
        """BeingDeleted."""
        if case.workload.being_deleted:
            return Finding(reason=Reason.BEING_DELETED, sentence="it is being deleted")
        namespace = case.workload.ref.namespace
        if namespace in case.surroundings.ending_namespaces:
            return Finding(reason=Reason.BEING_DELETED, sentence=f"its namespace {namespace} is being deleted")
        return None


class ZeroCheck(Check):
    """Replicas 0 without our annotation is never ours: an HPA, a rollout controller or a person did it."""

    reasons = (Reason.AT_ZERO,)

    def ask(self, case: Case) -> Question:  # noqa: ARG002 - asked of all alike
        """Whether there is anything to pause."""
        return Question(text="scaled to zero by somebody else?")

    def show(self, case: Case) -> str:
        """Its count."""
        return count(case.workload.replicas, "replica")

    def judge(self, case: Case) -> Finding | None:
        """AtZero. A workload that carries a record is PausedCheck's business."""
        if not case.workload.is_down or PAUSED in case.workload.annotations:
            return None
        found = find_foreign_record(case.workload.annotations)
        if found is None:
            return Finding(reason=Reason.AT_ZERO, sentence="it has no replicas, and not because of us")
        key, tool = found
        return Finding(
            reason=Reason.AT_ZERO,
            sentence=f"{tool} put it to sleep ({key}), and is the one to wake it",
            evidence={"annotation": key, "count": case.workload.annotations[key]},
        )


class OwnerCheck(Check):
    """An owner puts its replicas back: a controller certainly, and an operator that is no controller may."""

    reasons = (Reason.OWNED_BY_CONTROLLER,)

    def ask(self, case: Case) -> Question:  # noqa: ARG002 - asked of all alike
        """Whether an owner sets its count."""
        return Question(text="owned by a controller or an operator?")

    def judge(self, case: Case) -> Finding | None:
        """OwnedByController."""
        if case.workload.owner is None:
            return None
        does = "controls it and would" if case.workload.is_controlled else "owns it, and an operator behind it may"
        return Finding(
            reason=Reason.OWNED_BY_CONTROLLER,
            sentence=f"{case.workload.owner} {does} put its replicas back",
            evidence={"owner": case.workload.owner},
        )


class AutoscalerCheck(Check):
    """KEDA scales up again whatever we do. A HorizontalPodAutoscaler switches itself off at zero, so it is fine, unless
    zero is where it scales from: switched off, it would not bring the workload up for the work that comes.
    """

    reasons = (Reason.MANAGED_BY_KEDA, Reason.AUTOSCALER_SCALES_FROM_ZERO, Reason.AUTOSCALER_UNKNOWN)

    def ask(self, case: Case) -> Question:  # noqa: ARG002 - asked of all alike
        """Whether an autoscaler and a sleep would be in each other's way."""
        return Question(text="scaled by KEDA, or by an HPA from zero?")

    def show(self, case: Case) -> str:
        """The HPA that does no harm."""
        autoscalers = case.surroundings.autoscalers
        if autoscalers is None:
            return "autoscalers may not be listed; none has scaled it"
        return "its HPA rests while it sleeps" if case.workload.ref.key in autoscalers.horizontal else ""

    def judge(self, case: Case) -> Finding | None:
        """ManagedByKeda, AutoscalerScalesFromZero, or AutoscalerUnknown where an autoscaler scaled it and its kind may
        not be read.
        """
        workload, autoscalers = case.workload, case.surroundings.autoscalers
        scalers = {writer.manager for writer in workload.writers if writer.subresource == "scale"}
        if "keda" in scalers or (autoscalers is not None and workload.ref.key in autoscalers.keda):
            return Finding(
                reason=Reason.MANAGED_BY_KEDA,
                sentence="a KEDA ScaledObject targets it and would scale it up again",
            )
        if autoscalers is not None and workload.ref.key in autoscalers.from_zero:
            return Finding(
                reason=Reason.AUTOSCALER_SCALES_FROM_ZERO,
                sentence="its HorizontalPodAutoscaler (minReplicas: 0) scales it to zero and back by itself, and would "
                "not notice work that comes while it is paused",
            )
        if autoscalers is None and AUTOSCALER in scalers:
            return Finding(
                reason=Reason.AUTOSCALER_UNKNOWN,
                sentence="an autoscaler scaled it last, and the right to list HorizontalPodAutoscalers and "
                "ScaledObjects is missing, so it may be KEDA's",
            )
        return None


class GitOpsCheck(Check):
    """Argo CD and Flux revert a count that Git holds."""

    reasons = (Reason.MANAGED_BY_GITOPS,)

    def ask(self, case: Case) -> Question:
        """Whether a pause would be reverted."""
        given = "the policy says gitOps: Pause" if case.policy.spec.git_ops is GitOps.PAUSE else ""
        return Question(text="replica count held by Argo CD or Flux?", not_asked=given)

    def judge(self, case: Case) -> Finding | None:
        """ManagedByGitOps, unless the policy says that the ignore rule is in place."""
        if case.policy.spec.git_ops is GitOps.PAUSE:
            return None
        tool = gitops_owner(case.workload)
        if tool is None:
            return None
        return Finding(
            reason=Reason.MANAGED_BY_GITOPS,
            sentence=f"{tool} owns its replica count and would revert the pause; {IGNORE_RULE}, then set gitOps: Pause",
            evidence={"owner": tool},
        )


def gitops_owner(workload: Workload) -> str | None:
    """Argo CD or Flux, where it would put back the count that Git holds."""
    return _owning_tool(workload) or _tracking_tool(workload)


def reverting_tool(workload: Workload) -> str | None:
    """Argo CD or Flux, where the present count is its doing: it owns the field, or nobody does and its manifest holds
    this very count.
    """
    if any(writer.owns_replicas for writer in workload.writers):
        return _owning_tool(workload)
    return _tracking_tool(workload, workload.replicas)


def _owning_tool(workload: Workload) -> str | None:
    for writer in workload.writers:
        if writer.owns_replicas and writer.manager in ARGO_MANAGERS | FLUX_MANAGERS:
            return "Argo CD" if writer.manager in ARGO_MANAGERS else "Flux"
    return None


def _tracking_tool(workload: Workload, count: int | None = None) -> str | None:
    tracked = [key for key in TRACKING_ANNOTATIONS if key in workload.annotations]
    tracked += [key for key in TRACKING_LABELS if key in workload.labels]
    if tracked and holds_replicas(workload.annotations.get(LAST_APPLIED), count, unreadable=True):
        return "Argo CD" if tracked[0].startswith("argocd") else "Flux"
    return None


def holds_replicas(last_applied: str | None, count: int | None = None, *, unreadable: bool) -> bool:
    """Whether the applied manifest set a count, or this one. `unreadable` is the answer where it cannot be read."""
    if last_applied is None:
        return False
    try:
        spec = json.loads(last_applied)["spec"]
        return "replicas" in spec and (count is None or spec["replicas"] == count)
    except (ValueError, KeyError, TypeError, RecursionError):
        return unreadable
