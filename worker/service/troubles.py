"""The parts that a worker goes on without when they are bad, and what is wrong with each of them at present."""

from worker.cluster.cluster import Cluster
from worker.service.notifications import Notifier
from worker.service.snapshots import SnapshotKeeper


def find_troubles(cluster: Cluster, keeper: SnapshotKeeper, notifier: Notifier) -> dict[str, str]:
    """By part a sentence, empty where nothing is wrong or the part was not needed yet. Sends no request."""
    idle_source = cluster.idle_source
    return {
        "costs": cluster.source.trouble,
        "idleness": "" if idle_source is None else idle_source.trouble,
        "policies": keeper.current().problem,
        "messages": notifier.trouble,
    }
