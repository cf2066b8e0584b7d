"""Recovering records of sleepers that are damaged and whose workflow is lost, from copies on their ReplicaSets."""

import logging
from collections.abc import Mapping

from activities.alerts.raised import alert_once, settle
from activities.errors import KubernetesError
from activities.kube.objects.replica_sets import ReplicaSets
from policies.annotations import PauseRecord
from policies.sleep.record_copies import RecordCopy, find_copy
from policies.workload import Workload

_LOG = logging.getLogger(__name__)


def recover_records(replica_sets: ReplicaSets, damaged: Mapping[str, Workload]) -> dict[str, PauseRecord]:
    """The records that a copy still tells, under the keys of `damaged`. Each namespace is listed once."""
    in_namespace: dict[str, Mapping[str, tuple[RecordCopy, ...]]] = {}
    records: dict[str, PauseRecord] = {}
    for key, workload in damaged.items():
        namespace = workload.ref.namespace
        if namespace not in in_namespace:
            in_namespace[namespace] = _list_copies(replica_sets, namespace)
        found = find_copy(workload.annotations, in_namespace[namespace].get(workload.ref.uid, ()))
        if found is None:
            continue
        record = records[key] = found.record
        _LOG.warning(
            "%s: its record cannot be read; ReplicaSet %s has a copy of pause %s: %d replicas",
            workload.ref,
            found.replica_set,
            record.pause_id,
            record.original_replicas,
        )
    return records


def _list_copies(replica_sets: ReplicaSets, namespace: str) -> Mapping[str, tuple[RecordCopy, ...]]:
    """A failure here must not affect the others. The next run asks again for copies that are missing this time."""
    about = f"copies in {namespace}"
    try:
        copies = replica_sets.list_copies(namespace)
    except KubernetesError as error:
        sentence = f"copies of records cannot be looked for: {error}"
        alert_once("copies", about, sentence, resource=error.resource, verb=error.verb)
        return {}
    settle(about)
    return copies
