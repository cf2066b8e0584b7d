"""What looks like a part of the cluster, so that a pause by hand asks first."""

from typing import Any

import pytest
from cases import workload

from policies.checks.controllers import find_controller_hint

COMPONENT = "app.kubernetes.io/component"


@pytest.mark.parametrize(
    ("name", "fields", "hint"),
    [
        ("strimzi-cluster-operator", {}, "by its name"),
        ("cert-manager-webhook", {}, "by its name"),
        ("kruise", {"labels": {"control-plane": "controller-manager"}}, "it has the label control-plane"),
        ("queue", {"template_labels": {COMPONENT: "operator"}}, f"its label {COMPONENT} is operator"),
        (
            "kafka",
            {"images": ("registry:5000/strimzi/operator:0.40@sha256:ab",)},
            "its image is registry:5000/strimzi/",
        ),
        ("operators-guide", {}, ""),
        ("checkout", {"images": ("controller.example/shop/checkout:1",)}, ""),
        ("frontend", {"labels": {COMPONENT: "web"}}, ""),
    ],
    ids=["name", "webhook", "kubebuilder", "component", "image", "a word in a name", "a registry", "an application"],
)
def test_names_labels_and_images_tell_a_controller(name: str, fields: dict[str, Any], hint: str) -> None:
    found = find_controller_hint(workload(name=name, **fields))
    assert found.startswith(hint)
    assert bool(found) is bool(hint)
