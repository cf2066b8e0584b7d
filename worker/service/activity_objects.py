"""The activities of a cluster, each put together from the parts it needs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from activities.alerts.refusals import Refusals
from activities.clocks import Clocks
from activities.hibernation.look import ConsultActivities
from activities.hibernation.neighbours import OrderingActivities
from activities.hibernation.raised_counts import ContestActivities
from activities.hibernation.writes import WriteActivities
from activities.kube.objects.autoscalers import read_bounds
from activities.kube.objects.events import EventRecorder
from activities.kube.objects.namespaces import LOOK_SECONDS, NamespaceMarks, read_namespace, read_namespaces
from activities.messages.tell import TellActivities
from activities.reconciliation.compare import ReconcileActivities
from activities.runs.judge_page import JudgeActivities
from activities.runs.open_and_start import EnforceActivities
from activities.snapshot import Snapshots
from policies.resource.status import PolicyFigures
from policies.runs.digests import Message
from worker.cluster.cluster import Cluster


@dataclass(frozen=True)
class ServiceAround:
    """What the service around the workers takes from them, and tells them."""

    note_figures: Callable[[Mapping[str, PolicyFigures]], None] | None = None
    """Takes what a reconciliation saw of each policy."""
    tell: Callable[[Message], None] = lambda _: None
    """Takes what people are to hear of a run."""
    unseen: Callable[[], tuple[str, ...]] = tuple
    """The rights that are missing."""
    troubles: Callable[[], Mapping[str, str]] = dict
    """What is wrong, by part."""


@dataclass(frozen=True)
class ActivityObjects:
    """The objects whose methods are the activities."""

    consult: ConsultActivities
    contests: ContestActivities
    ordering: OrderingActivities
    telling: TellActivities
    writes: WriteActivities
    judge: JudgeActivities
    enforce: EnforceActivities
    reconcile: ReconcileActivities


def build_activities(
    cluster: Cluster, snapshots: Snapshots, identity: str, clocks: Clocks, around: ServiceAround
) -> ActivityObjects:
    """All of them. `identity` is that of the cluster they are to refuse to leave."""
    settings, verify = cluster.settings, partial(cluster.confirm, identity)
    ask_for_one = partial(read_namespace, cluster.transport)
    marks = NamespaceMarks(partial(read_namespaces, cluster.transport), partial(ask_for_one, seconds=LOOK_SECONDS))
    events = EventRecorder(cluster.transport, cluster.instance) if settings.events else None
    refusals = Refusals()
    return ActivityObjects(
        consult=ConsultActivities(
            cluster.workloads, snapshots, verify, partial(read_bounds, cluster.transport), clocks, marks.of
        ),
        contests=ContestActivities(),
        ordering=OrderingActivities(cluster.workloads),
        telling=TellActivities(around.tell),
        writes=WriteActivities(
            cluster.workloads, snapshots, cluster.protections, ask_for_one, clocks, refusals, events
        ),
        judge=JudgeActivities(cluster.workloads, snapshots, cluster.gatherer().gather, clocks, refusals),
        enforce=EnforceActivities(
            snapshots,
            verify,
            instance=cluster.instance,
            min_sleep=lambda: settings.min_sleep,
            starts_per_second=settings.pauses_per_second,
        ),
        reconcile=ReconcileActivities(
            cluster.workloads,
            cluster.replica_sets,
            snapshots,
            clocks,
            verify,
            marks.refresh,
            around.note_figures,
            around.unseen,
            around.troubles,
            instance=cluster.instance,
        ),
    )
