"""What looks like a part of the cluster rather than an application: operators, controllers and webhooks. No check stops
at it, because a guess may be wrong either way: people are warned before a policy takes one, and asked before they pause
one by hand.
"""

import re

from policies.workload import Workload

_CONTROLLER = re.compile(r"(^|[-/])(operator|controller|controller-manager|webhook|provisioner|autoscaler)(-|$)")
_COMPONENT = "app.kubernetes.io/component"
_SAID_BY_LABELS = ("control-plane", "olm.owner")
"""Those that kubebuilder and the Operator Lifecycle Manager give to what they make."""
OUTAGE = "while it is away nobody does its work, here or in other namespaces"
"""What its pause comes to."""


def find_controller_hint(workload: Workload) -> str:
    """What makes a Deployment look like one; empty for nothing.

    Names, labels and images only, which came with the Deployment: whether it holds a lease or may write objects of
    others would take rights that a person who pauses need not have.
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
