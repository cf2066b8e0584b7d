"""Namespaces that a cluster cannot do without, or that would undo us: where its storage, its network, its certificates,
its admission and its deployments come from. Settings add to this list; `*` is the only wildcard.
"""

from collections.abc import Mapping

ALWAYS_PROTECTED = "kube-*"
OPERATORS = "*-system"
"""How their tools call a namespace."""

BY_PURPOSE: Mapping[str, tuple[str, ...]] = {
    "operators": (OPERATORS,),
    "what this service rests on": ("temporal", "opencost", "monitoring", "prometheus", "victoria-metrics", "mimir"),
    "policies and certificates": ("cert-manager", "kyverno", "external-secrets", "vault"),
    "deploying": ("argocd", "argo-cd", "argo-rollouts", "flux", "crossplane", "openshift-*", "olm", "operators"),
    "scaling": ("keda", "karpenter", "cluster-autoscaler"),
    "network": ("calico-*", "cilium*", "tigera-*", "istio-*", "linkerd*", "consul", "metallb", "external-dns"),
    "ingress": ("ingress-*", "nginx-ingress", "traefik*", "contour", "projectcontour", "haproxy-*", "kong"),
    "storage": ("longhorn", "rook-ceph*", "openebs", "portworx", "local-path-storage", "democratic-csi", "trident"),
    "backup": ("velero", "kasten-io", "stash"),
    "clouds and distributions": ("gke-*", "gmp-*", "config-management-*", "azure-*", "aks-*", "amazon-*", "cattle-*"),
}
"""By what runs there. A name that an application may have as well is left to the settings, but for `*-system`: where an
application is called so, `finops plan` tells.
"""

SHIPPED_PROTECTED = tuple(name for names in BY_PURPOSE.values() for name in names)
