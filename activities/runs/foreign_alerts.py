"""Other tools that put the workloads of a policy to sleep: each told once for a namespace."""

import math

from activities.alerts.raised import RaisedAlerts, alert
from activities.kube.workloads.pages import Page
from policies.checks.foreign import find_foreign_record
from policies.policy.document import EnforcementPolicy


class ForeignAlerts:
    """Remembers, as long as the worker runs, which tool was told of in which namespace. Safe to share between threads.

    A run sees one page at a time and may come round but once a day, so nothing tells that a tool has gone.
    """

    def __init__(self) -> None:
        self._told = RaisedAlerts(forgotten_after=math.inf)

    def tell(self, policy: EnforcementPolicy, page: Page) -> None:
        """Raise an alert for each tool that is new in a namespace."""
        found = {
            (workload.ref.namespace, *record)
            for workload in page.workloads
            if policy.is_about(workload.ref.namespace, workload.labels)
            and (record := find_foreign_record(workload.annotations)) is not None
        }
        for namespace, annotation, tool in sorted(found):
            if self._told.is_news(f"{namespace} {annotation}", tool):
                sentence = (
                    f"{tool} puts workloads of namespace {namespace} to sleep, too ({annotation}): those with "
                    "that annotation are left alone; use only one of the two tools in a namespace"
                )
                alert("foreign", sentence, namespace=namespace)
