"""Who else decides a Deployment's count, and what the product makes of it before its first write: the cases, and the
table of them in docs/coexistence.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from policies.checks.reasons import Reason


@dataclass(frozen=True)
class Situation:
    """A Deployment `web`, made by lines for a shell, and the reason that is given for it."""

    what: str
    reason: Reason
    lines: tuple[str, ...]
    """In a folder with manifests and a chart of `web`, and the objects of tests/coexistence/objects."""
    git_ops: str = "Decline"
    to_do: str = ""
    """For somebody who wants it to sleep."""
    afterwards: tuple[str, ...] = ()
    """What has to be undone before its namespace can go."""


_DEPLOYED = "kubectl apply -f replicas-2.yaml"
_ARGO = "kubectl annotate --local -o yaml argocd.argoproj.io/tracking-id=shop:apps/Deployment:shop/web -f"
_FLUX = "kubectl label --local -o yaml kustomize.toolkit.fluxcd.io/name=apps -f"
_FLUX_HELM = "kubectl label --local -o yaml helm.toolkit.fluxcd.io/name=web -f"
_BY_SERVER = "kubectl apply --server-side -f - --field-manager"
_BY_CLIENT = "kubectl apply -f - --field-manager"
_TWO = "kubectl scale deploy/web --replicas 2"
_ZERO = "kubectl scale deploy/web --replicas 0"
_IGNORE = "leave the count out of Git, or the ignore rule and `gitOps: Pause`"
_OWNED = (
    '{"metadata": {"ownerReferences": [{"apiVersion": "v1", "kind": "ConfigMap", "name": "operator", '
    '"controller": true, "uid": "\'$(kubectl get cm operator -o jsonpath={.metadata.uid})\'"}]}}'
)
_OPERATED = (
    '{"metadata": {"ownerReferences": [{"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "name": "web", '
    '"uid": "\'$(kubectl get rollout web -o jsonpath={.metadata.uid})\'"}]}}'
)
_COLLECTED = _OWNED.replace('"controller": true, ', "")
_REMEMBERED = "kubectl annotate deploy/web downscaler/original-replicas=4"
_SLOW = '{"spec": {"minReadySeconds": 300, "template": {"metadata": {"labels": {"revision": "two"}}}}}'
_FINALIZER = '{"metadata": {"finalizers": ["example.com/wait"]}}'

SITUATIONS = (
    Situation("kubectl owns the count", Reason.PAUSE, (_DEPLOYED,)),
    Situation("Helm owns the count", Reason.PAUSE, ("helm install web chart --set replicas=2",)),
    Situation(
        "Argo CD applies a manifest with a count, server-side",
        Reason.MANAGED_BY_GITOPS,
        (f"{_ARGO} replicas-2.yaml | {_BY_SERVER} argocd-controller",),
        to_do=_IGNORE,
    ),
    Situation(
        "Argo CD applies a manifest with a count, client-side",
        Reason.MANAGED_BY_GITOPS,
        (f"{_ARGO} replicas-2.yaml | {_BY_CLIENT} argocd-controller",),
        to_do=_IGNORE,
    ),
    Situation(
        "Argo CD applied it client-side with a count, which nobody owns since it was at zero for a moment",
        Reason.MANAGED_BY_GITOPS,
        (f"{_ARGO} replicas-2.yaml | {_BY_CLIENT} argocd-controller", _ZERO, _TWO),
        to_do=_IGNORE,
    ),
    Situation(
        "Argo CD applies a manifest without a count",
        Reason.PAUSE,
        (f"{_ARGO} no-replicas.yaml | {_BY_SERVER} argocd-controller", _TWO),
    ),
    Situation(
        "Argo CD applies a manifest with a count, the policy says `gitOps: Pause`",
        Reason.PAUSE,
        (f"{_ARGO} replicas-2.yaml | {_BY_SERVER} argocd-controller",),
        git_ops="Pause",
    ),
    Situation(
        "Flux applies a Kustomization with a count",
        Reason.MANAGED_BY_GITOPS,
        (f"{_FLUX} replicas-2.yaml | {_BY_SERVER} kustomize-controller",),
        to_do=_IGNORE,
    ),
    Situation(
        "Flux applies a Kustomization without a count",
        Reason.PAUSE,
        (f"{_FLUX} no-replicas.yaml | {_BY_SERVER} kustomize-controller", _TWO),
    ),
    Situation(
        "Flux releases a chart with a count",
        Reason.MANAGED_BY_GITOPS,
        (f"{_FLUX_HELM} replicas-2.yaml | {_BY_SERVER} helm-controller",),
        to_do=_IGNORE,
    ),
    Situation(
        "Flux releases a chart without a count",
        Reason.PAUSE,
        (f"{_FLUX_HELM} no-replicas.yaml | {_BY_SERVER} helm-controller", _TWO),
    ),
    Situation("an HPA targets it", Reason.PAUSE, (_DEPLOYED, "kubectl apply -f hpa.yaml")),
    Situation(
        "it is at zero, and an HPA with `minReplicas: 0` targets it",
        Reason.AT_ZERO,
        (_DEPLOYED, "kubectl apply -f hpa-to-zero.yaml", _ZERO),
        to_do="nothing: a zero without our record is never ours",
    ),
    Situation(
        "an HPA with `minReplicas: 0` targets it, on an External or Object metric",
        Reason.AUTOSCALER_SCALES_FROM_ZERO,
        (_DEPLOYED, "kubectl apply -f hpa-to-zero.yaml"),
        to_do="nothing: the HPA takes it to zero itself, and brings it back for work",
    ),
    Situation(
        "a KEDA ScaledObject targets it",
        Reason.MANAGED_BY_KEDA,
        (_DEPLOYED, "kubectl apply -f scaledobject.yaml"),
        to_do="KEDA's own means: `minReplicaCount: 0`, or its annotation `paused-replicas` on the ScaledObject",
    ),
    Situation(
        "an HPA that KEDA made targets it",
        Reason.MANAGED_BY_KEDA,
        (_DEPLOYED, "kubectl apply -f keda-hpa.yaml"),
        to_do="the same: the HPA follows the ScaledObject",
    ),
    Situation(
        "it is at zero, and an Argo Rollout runs its pods (`workloadRef`)",
        Reason.AT_ZERO,
        (_DEPLOYED, "kubectl apply -f rollout.yaml", _ZERO),
        to_do="nothing: a zero without our record is never ours",
    ),
    Situation(
        "an operator controls it (an ownerReference with `controller: true`)",
        Reason.OWNED_BY_CONTROLLER,
        (_DEPLOYED, "kubectl create configmap operator", f"kubectl patch deploy/web --type merge -p '{_OWNED}'"),
        to_do="scale what owns it",
    ),
    Situation(
        "an operator owns it (an ownerReference without `controller: true`)",
        Reason.OWNED_BY_CONTROLLER,
        (_DEPLOYED, "kubectl apply -f rollout.yaml", f"kubectl patch deploy/web --type merge -p '{_OPERATED}'"),
        to_do="scale what owns it",
    ),
    Situation(
        "its owner is a ConfigMap or another object of the core group, for the garbage collection alone",
        Reason.PAUSE,
        (_DEPLOYED, "kubectl create configmap operator", f"kubectl patch deploy/web --type merge -p '{_COLLECTED}'"),
    ),
    Situation(
        "it runs, and py-kube-downscaler or GoKubeDownscaler keep a count for it (`downscaler/original-replicas`)",
        Reason.FOREIGN_RECORD,
        (_DEPLOYED, _REMEMBERED),
        to_do="one of the two tools for a workload; remove the annotation while it runs",
    ),
    Situation(
        "py-kube-downscaler or GoKubeDownscaler put it to sleep",
        Reason.AT_ZERO,
        (_DEPLOYED, _REMEMBERED, _ZERO),
        to_do="nothing: who put it to sleep wakes it",
    ),
    Situation(
        "kube-green put it to sleep (its record is in a Secret)",
        Reason.AT_ZERO,
        (_DEPLOYED, _ZERO),
        to_do="nothing: who put it to sleep wakes it",
    ),
    Situation(
        "a rollout is in progress",
        Reason.ROLLOUT_IN_PROGRESS,
        (_DEPLOYED, f"kubectl patch deploy/web -p '{_SLOW}'"),
        to_do="wait: it is judged again when the rollout has ended, or is past its deadline",
    ),
    Situation(
        "its rollout is paused",
        Reason.ROLLOUT_PAUSED,
        (_DEPLOYED, "kubectl rollout pause deploy/web"),
        to_do="`kubectl rollout resume`",
    ),
    Situation(
        "it is being deleted, and something holds it",
        Reason.BEING_DELETED,
        (
            _DEPLOYED,
            f"kubectl patch deploy/web --type merge -p '{_FINALIZER}'",
            "kubectl delete deploy/web --wait=false",
        ),
        afterwards=("""kubectl patch deploy/web --type merge -p '{"metadata": {"finalizers": null}}'""",),
    ),
    Situation(
        "its namespace is being deleted",
        Reason.BEING_DELETED,
        (
            _DEPLOYED,
            "sed s/NAMESPACE/$NAMESPACE/ guard.yaml | kubectl apply -f -",
            "while kubectl delete deploy/web --dry-run=server; do sleep 0.2; done",
            "kubectl delete namespace $NAMESPACE --wait=false",
        ),
        afterwards=("sed s/NAMESPACE/$NAMESPACE/ guard.yaml | kubectl delete -f -",),
    ),
)


def as_table(situations: Iterable[Situation] = SITUATIONS) -> str:
    """The table of docs/coexistence.md."""
    rows = ["| who decides the count | decision | to let it sleep |", "|---|---|---|"]
    rows += [f"| {each.what} | {_decision(each)} | {each.to_do} |" for each in situations]
    return "\n".join(rows) + "\n"


def _decision(situation: Situation) -> str:
    return "sleeps" if situation.reason is Reason.PAUSE else f"left alone: `{situation.reason}`"
