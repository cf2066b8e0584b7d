"""The names that a person can type: of workloads, namespaces, policies, contexts and clusters. Names only, so that
nobody waits long.
"""

import os

from activities.kube.kubeconfig import read_context_names
from activities.kube.names import list_names
from operations.installation import Installation
from operations.listing import path_of_all
from operations.policy_source import read_names
from policies.annotations import PAUSED


def list_workload_names(installation: Installation, namespace: str | None = None) -> list[str]:
    """`NAMESPACE/NAME` of each Deployment, in one namespace or all. Raises KubernetesError."""
    found = list_names(installation.cluster.transport, path_of_all(namespace))
    return sorted(f"{each.namespace}/{each.name}" for each in found)


def list_sleeper_names(installation: Installation, namespace: str | None = None) -> list[str]:
    """The same of those that carry the record of a sleep. Raises KubernetesError."""
    found = list_names(installation.cluster.transport, path_of_all(namespace), carrying=PAUSED)
    return sorted(f"{each.namespace}/{each.name}" for each in found)


def list_namespace_names(installation: Installation) -> list[str]:
    """Each namespace. Raises KubernetesError."""
    return sorted(each.name for each in list_names(installation.cluster.transport, "/api/v1/namespaces"))


def list_policy_names(installation: Installation) -> list[str]:
    """The policies in force; none where they cannot be read."""
    return read_names(installation) or []


def list_context_names(installation: Installation) -> list[str]:
    """The contexts of the kubeconfig. Raises KubeconfigError."""
    return list(read_context_names(installation.shared_settings.kubeconfig, os.environ))


def list_cluster_names(installation: Installation) -> list[str]:
    """The clusters of the settings. Raises SettingsError."""
    return [settings.cluster for settings in installation.each_settings]
