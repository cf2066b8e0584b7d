"""What is built, and from where: each kit is pinned by a Go module of ours under `modules/`."""

from dataclasses import dataclass

from localcluster.folders import KUBERNETES_VERSION


@dataclass(frozen=True)
class Program:
    """One program and where its source is: a module of ours that pins it, and a package in it."""

    name: str
    module: str
    package: str
    ldflags: str = "-s -w"


@dataclass(frozen=True)
class Kit:
    """Programs that are built into one folder, and how to speak of them."""

    title: str
    programs: tuple[Program, ...]
    duration: str
    """Of a first build with cold caches."""
    instead: str = ""
    """What to do on a machine that cannot build them."""


def _kubernetes_ldflags() -> str:
    """The linker flags that set its version: without these the server calls itself v0.0.0-master."""
    major, minor, _ = KUBERNETES_VERSION.removeprefix("v").split(".")
    version = "k8s.io/component-base/version"
    values = {"gitVersion": KUBERNETES_VERSION, "gitMajor": major, "gitMinor": minor, "gitTreeState": "clean"}
    return " ".join(["-s -w", *(f"-X {version}.{key}={value}" for key, value in values.items())])


CONTROL_PLANE = Kit(
    title=f"Kubernetes {KUBERNETES_VERSION}",
    programs=(
        Program("etcd", "etcd", "go.etcd.io/etcd/server/v3"),
        Program("kube-apiserver", "kube", "k8s.io/kubernetes/cmd/kube-apiserver", _kubernetes_ldflags()),
        Program(
            "kube-controller-manager", "kube", "k8s.io/kubernetes/cmd/kube-controller-manager", _kubernetes_ldflags()
        ),
    ),
    duration="about 6 minutes on two cores",
    instead="set KUBEBUILDER_ASSETS to a folder with etcd, kube-apiserver and kube-controller-manager",
)

HELM_VERSION = "v4.3.1"
HELM = Kit(
    title=f"Helm {HELM_VERSION}",
    programs=(Program("helm", "helm", "helm.sh/helm/v4/cmd/helm"),),
    duration="about 2 minutes on two cores",
)
"""For the tests that upgrade a release while its Deployment sleeps. The control plane itself has no use for it."""
