"""Everybody else: what people, pipelines and controllers do to a Deployment, with their own tools where they exist."""

import json
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from deployments import path_of
from patience import PATIENCE_SECONDS

from faults.renewals import RENEWALS, Door
from localcluster import LocalCluster, ObjectClient
from policies.annotations import ASLEEP_KEYS, PREFIX

Action = Callable[["Actors", str, str], None]


class Actors:
    """People and controllers with the rights to do anything, and a shell."""

    def __init__(
        self,
        cluster: LocalCluster,
        kubectl: str,
        manifests: Mapping[tuple[str, str], dict[str, Any]],
        door: Door | None = None,
    ) -> None:
        self.objects: ObjectClient = cluster.objects
        self._kubectl = kubectl
        self._kubeconfig: Path = cluster.kubeconfig
        self.manifests = manifests
        """The Deployments as their owners wrote them."""
        self.door = door
        """What the worker reaches the API server by, where that is renewed."""

    def run(self, namespace: str, *arguments: str, given: dict[str, Any] | None = None) -> None:
        """A real kubectl. What it says is shown where it fails."""
        done = subprocess.run(
            [self._kubectl, "--kubeconfig", str(self._kubeconfig), "-n", namespace, *arguments],
            input=None if given is None else json.dumps(given),
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_SECONDS,
        )
        if done.returncode:
            raise RuntimeError(f"kubectl {' '.join(arguments)}: {done.stderr.strip()}")

    def scale(self, namespace: str, name: str, replicas: int) -> None:
        """A plain write to `/scale`, as every controller sends it."""
        self.objects.patch(path_of(namespace, name) + "/scale", {"spec": {"replicas": replicas}})

    def count(self, namespace: str, name: str) -> int:
        """The present count."""
        return int(self.objects.get(path_of(namespace, name))["spec"].get("replicas", 1))

    def annotate(self, namespace: str, name: str, **annotations: str | None) -> None:
        """Annotations of ours, written or removed by somebody else."""
        patch = {f"{PREFIX}{key.replace('_', '-')}": value for key, value in annotations.items()}
        self.objects.patch(path_of(namespace, name), {"metadata": {"annotations": patch}})


def touch(actors: Actors, namespace: str, name: str) -> None:
    """Sets a label that means nothing."""
    actors.objects.patch(path_of(namespace, name), {"metadata": {"labels": {"touched": "yes"}}})


def polite_autoscaler(actors: Actors, namespace: str, name: str) -> None:
    """Scales what runs, and leaves a zero alone."""
    if actors.count(namespace, name) > 0:
        actors.scale(namespace, name, 3)


def overwriting_autoscaler(actors: Actors, namespace: str, name: str) -> None:
    """Writes a count that it computed before, whatever is there now: its retry on a conflict."""
    actors.scale(namespace, name, 3)


def insisting_autoscaler(actors: Actors, namespace: str, name: str) -> None:
    """Writes over every zero a count that it computed before it."""
    if actors.count(namespace, name) == 0:
        actors.scale(namespace, name, 3)


def keda(actors: Actors, namespace: str, name: str) -> None:
    """Activates what is at zero."""
    if actors.count(namespace, name) == 0:
        actors.scale(namespace, name, 1)


def gitops_revert(actors: Actors, namespace: str, name: str) -> None:
    """A GitOps controller puts back what Git says."""
    actors.run(
        namespace,
        *("apply", "--server-side", "--force-conflicts", "--field-manager=argocd-controller", "-f", "-"),
        given=actors.manifests[namespace, name],
    )


def kubectl_scale(actors: Actors, namespace: str, name: str) -> None:
    """Somebody scales it by hand."""
    actors.run(namespace, "scale", f"deployment/{name}", "--replicas=4")


def kubectl_apply(actors: Actors, namespace: str, name: str) -> None:
    """A pipeline applies its manifest again."""
    actors.run(namespace, "apply", "-f", "-", given=actors.manifests[namespace, name])


def kubectl_replace(actors: Actors, namespace: str, name: str) -> None:
    """A pipeline replaces it: annotations go, the count comes back."""
    actors.run(namespace, "replace", "-f", "-", given=actors.manifests[namespace, name])


def rollout_undo(actors: Actors, namespace: str, name: str) -> None:
    """Somebody rolls back: the annotations of the older ReplicaSet come with it."""
    actors.run(namespace, "rollout", "undo", f"deployment/{name}")


def recreate(actors: Actors, namespace: str, name: str) -> None:
    """Deleted, and made again under the same name."""
    actors.run(namespace, "delete", "deployment", name, "--wait=true")
    actors.run(namespace, "create", "-f", "-", given=actors.manifests[namespace, name])


def strip(actors: Actors, namespace: str, name: str) -> None:
    """Somebody removes every annotation of a sleep."""
    keys = [key.removeprefix(PREFIX).replace("-", "_") for key in ASLEEP_KEYS]
    actors.annotate(namespace, name, **dict.fromkeys(keys))


ACTORS: dict[str, Action] = {
    "polite-hpa": polite_autoscaler,
    "overwriting-hpa": overwriting_autoscaler,
    "keda": keda,
    "gitops": gitops_revert,
    "kubectl-scale": kubectl_scale,
    "kubectl-apply": kubectl_apply,
    "kubectl-replace": kubectl_replace,
    "rollout-undo": rollout_undo,
    "recreate": recreate,
    "strip": strip,
}


def deploy(actors: Actors, namespace: str, name: str) -> None:
    """A new image comes in."""
    actors.run(namespace, "set", "image", f"deployment/{name}", "main=example/app:3")


def apply_zero(actors: Actors, namespace: str, name: str) -> None:
    """A pipeline, or a GitOps controller, applies a manifest that wants no replicas."""
    manifest = actors.manifests[namespace, name]
    given = manifest | {"spec": manifest["spec"] | {"replicas": 0}}
    actors.run(namespace, "apply", "--server-side", "--force-conflicts", "-f", "-", given=given)


def renewal(renew: Callable[[Door], None]) -> Action:
    """It concerns every workload of the worker, whoever's turn it is."""

    def act(actors: Actors, *_: str) -> None:
        assert actors.door is not None
        renew(actors.door)

    return act


STROKES: dict[str, Action] = {
    "apply-0": apply_zero,
    "exclude-yes": lambda actors, namespace, name: actors.annotate(namespace, name, exclude="yes"),
    "exclude-until": lambda actors, namespace, name: actors.annotate(namespace, name, exclude_until="9999-12-31"),
    "exclude-on": lambda actors, namespace, name: actors.annotate(namespace, name, exclude="true"),
    "exclude-off": lambda actors, namespace, name: actors.annotate(namespace, name, exclude=None),
    "scale-5": lambda actors, namespace, name: actors.scale(namespace, name, 5),
    "scale-0": lambda actors, namespace, name: actors.scale(namespace, name, 0),
    "scale-2": lambda actors, namespace, name: actors.scale(namespace, name, 2),
    "insisting-hpa": insisting_autoscaler,
    "strip": strip,
    "garbage": lambda actors, namespace, name: actors.annotate(namespace, name, original_replicas="many"),
    "edit-7": lambda actors, namespace, name: actors.annotate(namespace, name, original_replicas="7"),
    "deploy": deploy,
    "undo": rollout_undo,
    "recreate": recreate,
    "touch": touch,
    **{name: renewal(renew) for name, renew in RENEWALS.items()},
}
"""Single strokes that short-lived states are made of."""
