"""Drafts of policies that do what another tool was told to do. Reads only."""

from datetime import UTC, datetime
from enum import StrEnum

from activities.kube.objects.foreign import DEPLOYMENTS, NAMESPACES, SLEEP_INFOS, list_foreign, list_running_pods
from operations.errors import NotThere
from operations.installation import Installation
from policies.importing import downscaler, kube_green
from policies.importing.downscaler import import_downscaler
from policies.importing.downscaler_options import DownscalerOptions
from policies.importing.drafts import Foreign, Imported
from policies.importing.kube_green import import_kube_green


class Tool(StrEnum):
    """Whose settings are read."""

    DOWNSCALER = downscaler.TOOL
    KUBE_GREEN = kube_green.TOOL


def draft_policies(installation: Installation, tool: Tool, options: DownscalerOptions) -> Imported:
    """Read what a tool was told in this cluster; `options` are those that the downscaler runs with.

    Raises NotThere where the cluster does not know the tool's kind, KubernetesError.
    """
    with installation.listener.progress(f"reading what {tool} was told"):
        deployments, now = _list(installation, DEPLOYMENTS), datetime.now(UTC)
        if tool is Tool.DOWNSCALER:
            pods = list_running_pods(installation.cluster.transport)
            return import_downscaler(_list(installation, NAMESPACES), deployments, options, now, pods)
        return import_kube_green(_list(installation, SLEEP_INFOS), deployments, now)


def _list(installation: Installation, path: str) -> tuple[Foreign, ...]:
    transport = installation.cluster.transport
    found = list_foreign(transport, path)
    if found is None:
        kind = path.rpartition("/")[2]
        raise NotThere(f"{transport.server} knows no {kind}: is {Tool.KUBE_GREEN} installed there?")
    return found
