"""Looking at a cluster, and planning what policies would pause in it. Reads only, and needs no Temporal."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from activities.errors import Denied
from activities.kube.objects.budgets import read_budgets
from activities.kube.objects.cron_jobs import read_cron_jobs
from operations.costs.ask_ahead import ask_ahead
from operations.installation import Installation
from operations.listing import Listing, is_in, list_workloads, point_out_empty
from operations.plans.blindness import describe_narrowing, find_blindness, find_unwritable
from operations.plans.make_plan import ClusterSeen, make_plan
from operations.plans.plan import Plan
from operations.plans.plan_selection import EVERYTHING, PlanSelection
from policies.policy.document import EnforcementPolicy
from policies.rights.blindness import Use
from policies.runs.first_window import NONE_REMEMBERED, FirstWindows


def plan_pauses(
    installation: Installation,
    policies: Sequence[EnforcementPolicy],
    *,
    now: datetime,
    at: datetime | None = None,
    namespace: str | None = None,
    selection: PlanSelection = EVERYTHING,
    first_windows: FirstWindows = NONE_REMEMBERED,
) -> Plan:
    """What these policies would pause, and what that would save; of one namespace, where one is named.

    They are judged as of `at`; without it, as of `now` or the beginning of their next window. All workloads count for
    limits; the selection is of what is told; `first_windows` is what the policies' runs remember. Who may not list the
    whole cluster is told of that namespace alone. Raises KubernetesError.
    """
    try:
        seen = look_at_cluster(installation, policies, now, namespace=namespace)
    except Denied:
        if namespace is None:
            raise
        installation = installation.within(namespace)  # who may see no more is told of what there is
        seen = look_at_cluster(installation, policies, now, namespace=namespace)
    seen = replace(seen, selection=selection)
    plan = make_plan(policies, seen, interval=installation.settings.interval, at=at, first_windows=first_windows)
    refused, unknown = find_unwritable(installation, plan.pausing_in)
    return plan.replace(may_not_write=refused, unknowns=(*plan.unknowns, *unknown))


def look_at_cluster(
    installation: Installation,
    policies: Sequence[EnforcementPolicy],
    now: datetime,
    listing: Listing | None = None,
    *,
    namespace: str | None = None,
) -> ClusterSeen:
    """The cluster with all that these policies ask about it; its Deployments are those of `listing`, where there is one
    already. Raises KubernetesError.
    """
    ask_ahead(installation, now)
    listing = listing or list_workloads(installation)
    point_out_empty(installation, listing, namespace)
    cluster = installation.cluster
    with installation.listener.progress("asking for costs, idleness and autoscalers"):
        return ClusterSeen(
            at=now,
            namespace=namespace,
            workloads=listing.workloads,
            gathered=cluster.gatherer().gather(now, policies),
            instance=installation.known_instance,
            cron_jobs=read_cron_jobs(cluster.transport) or (),
            budgets=read_budgets(cluster.transport),
            unreadable=tuple(str(each) for each in listing.unreadable if is_in(namespace, each)),
            blind_to=(*describe_narrowing(installation), *find_blindness(installation, Use.PLANNING)),
            whole=installation.namespace is None,
        )
