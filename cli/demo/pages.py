"""Pages of Temporal's UI that the demo points at."""

from urllib.parse import quote

from cli.demo.workloads import DemoWorkload
from policies.keys import WorkloadKey
from policies.names import hibernation_id

_SLEEPERS = 'HibernationState="asleep"'


def page_of(ui: str, cluster: str, workload: DemoWorkload) -> str:
    """The workflow of a Deployment: its timeline."""
    workflow = hibernation_id(cluster, WorkloadKey(workload.namespace, workload.name))
    return f"{ui}/namespaces/default/workflows/{quote(workflow, safe='')}"


def sleepers_page(ui: str) -> str:
    """The list of those asleep."""
    return f"{ui}/namespaces/default/workflows?query={quote(_SLEEPERS)}"
