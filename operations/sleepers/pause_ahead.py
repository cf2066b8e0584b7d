"""What a pause by hand is about to take down, before it does: how many replicas, of what, and what to ask about it."""

import re
from collections.abc import Iterator

from operations.errors import NoSuchWorkload
from operations.installation import Installation
from operations.targets import WorkloadName
from policies.keys import WorkloadKey
from policies.models import Frozen
from policies.wording import count
from policies.workload import Workload

MANY_REPLICAS = 20
"""From so many on it is asked."""

_CONTROLLER = re.compile(r"(^|[-/])(operator|controller|controller-manager|webhook|provisioner|autoscaler)(-|$)")
_COMPONENT = "app.kubernetes.io/component"
_SAID_BY_LABELS = ("control-plane", "olm.owner")
"""Those that kubebuilder and the Operator Lifecycle Manager give to what they make."""


class PauseAhead(Frozen):
    """What a pause would take down."""

    workload: WorkloadName
    replicas: int
    reasons_to_ask: tuple[str, ...] = ()
    """One sentence for each thing that somebody should think of first."""


def foresee_pause(installation: Installation, key: WorkloadKey) -> PauseAhead:
    """Look at the workload. Raises NoSuchWorkload, KubernetesError."""
    workload = installation.cluster.workloads.read(key)
    if workload is None:
        raise NoSuchWorkload(key, installation.cluster.transport.server)
    return PauseAhead(workload=key, replicas=workload.replicas, reasons_to_ask=tuple(_reasons_to_ask(workload)))


def _reasons_to_ask(workload: Workload) -> Iterator[str]:
    hint = find_controller_hint(workload)
    if hint:
        yield (
            f"{workload.ref} looks like an operator or a controller ({hint}): while it is away nobody does its work, "
            "here or in other namespaces"
        )
    if workload.replicas >= MANY_REPLICAS:
        yield f"{count(workload.replicas, 'replica')} of {workload.ref} go to zero"


def find_controller_hint(workload: Workload) -> str:
    """What makes a Deployment look like a part of the cluster rather than an application; empty for nothing.

    Names, labels and images only, which came with the Deployment: whether it holds a lease or may write objects of
    others would take rights that a person who pauses need not have. So it may be wrong either way, and only asks.
    """
    labels = {**workload.template_labels, **workload.labels}
    if _CONTROLLER.search(workload.ref.name):
        return "by its name"
    if _CONTROLLER.search(labels.get(_COMPONENT, "")):
        return f"its label {_COMPONENT} is {labels[_COMPONENT]}"
    if label := next((each for each in _SAID_BY_LABELS if each in labels), None):
        return f"it has the label {label}"
    image = next((each for each in workload.images if _CONTROLLER.search(_repository(each))), None)
    return "" if image is None else f"its image is {image}"


def _repository(image: str) -> str:
    """The last part of an image's name: `operator` of `registry:5000/strimzi/operator:0.40`."""
    return image.partition("@")[0].rpartition("/")[2].partition(":")[0]
