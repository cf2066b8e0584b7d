"""The source of policies, as the settings name it. A folder needs neither a cluster nor the client of one."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from activities.policy_sources.files import PolicyDirectory
from activities.policy_sources.source import PolicySource
from worker.settings.settings import Settings
from worker.settings.values import PolicyPlace

if TYPE_CHECKING:
    from activities.kube.transport import KubeTransport


def build_policy_source(settings: Settings, transport: Callable[[], "KubeTransport"]) -> PolicySource:
    """The source of policies that the settings name. A folder needs no cluster, so none is asked for."""
    if settings.policy_source is PolicyPlace.CLUSTER:
        from activities.policy_sources.resources import PolicyResources  # noqa: PLC0415 - the client takes its time

        return PolicyResources(transport())
    return PolicyDirectory(settings.policies)
