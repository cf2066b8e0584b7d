from datetime import UTC, datetime
from typing import Any

import pytest

from activities.kube.models import Deployment
from activities.kube.quantities import InvalidQuantity
from activities.kube.workloads.conversion import to_workload, to_workload_anyway
from policies.costs.cost import Requests
from policies.workload import Rollout, Workload, Writer

CREATED = "2026-11-01T08:00:00Z"


def deployment(
    metadata: dict[str, Any] | None = None,
    spec: dict[str, Any] | None = None,
    pod: dict[str, Any] | None = None,
    status: dict[str, Any] | None = None,
) -> Deployment:
    return Deployment.model_validate(
        {
            "metadata": {"namespace": "shop", "name": "web", "creationTimestamp": CREATED, **(metadata or {})},
            "spec": {"template": {"spec": {"containers": [{"image": "shop/web:1"}], **(pod or {})}}, **(spec or {})},
            "status": status or {},
        }
    )


def converted(**parts: Any) -> Workload:
    return to_workload(deployment(**parts))


def writer(**entry: Any) -> Writer:
    (found,) = converted(metadata={"managedFields": [{"manager": "helm", "operation": "Update", **entry}]}).writers
    return found


def test_identity_labels_and_annotations_are_taken_over() -> None:
    workload = converted(
        metadata={
            "uid": "u-1",
            "resourceVersion": "77",
            "labels": {"team": "a"},
            "annotations": {"deployment.kubernetes.io/revision": "4"},
        }
    )
    assert (str(workload.ref), workload.ref.uid, workload.resource_version) == ("shop/web", "u-1", "77")
    assert workload.labels == {"team": "a"}
    assert workload.revision == "4"
    assert workload.created_at == datetime(2026, 11, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize(("spec", "replicas"), [({}, 1), ({"replicas": None}, 1), ({"replicas": 0}, 0)])
def test_a_missing_count_is_one(spec: dict[str, Any], replicas: int) -> None:
    assert converted(spec=spec).replicas == replicas


NOTE = {"apiVersion": "v1", "kind": "ConfigMap", "name": "note"}
APP = {"apiVersion": "example.com/v1", "kind": "App", "name": "a"}


@pytest.mark.parametrize(
    ("owners", "owner", "is_controlled"),
    [
        pytest.param([], None, False, id="none"),
        pytest.param([NOTE], None, False, id="one for the garbage collection alone"),
        pytest.param([{**NOTE, "controller": True}], "ConfigMap/note", True, id="one that says it controls"),
        pytest.param([NOTE, APP], "App/a", False, id="an operator's"),
        pytest.param(
            [APP, {**APP, "name": "b", "controller": True}], "App/b", True, id="an operator's and a controller"
        ),
    ],
)
def test_the_controller_is_its_owner_else_whatever_something_may_run_for(
    owners: list[dict[str, Any]], owner: str | None, is_controlled: bool
) -> None:
    found = converted(metadata={"ownerReferences": owners})
    assert (found.owner, found.is_controlled) == (owner, is_controlled)


def test_a_deletion_time_means_it_is_going() -> None:
    assert converted(metadata={"deletionTimestamp": CREATED}).being_deleted


@pytest.mark.parametrize(
    ("entry", "writes_spec", "owns_replicas"),
    [
        pytest.param({"fieldsV1": {"f:metadata": {}}}, False, False, id="labels only"),
        pytest.param({"fieldsV1": {"f:spec": {"f:template": {}}}}, True, False, id="the template"),
        pytest.param({"fieldsV1": {"f:spec": {"f:replicas": {}}}}, True, True, id="the count"),
        pytest.param({"fieldsV1": {"f:spec": {"f:replicas": {}}}, "subresource": "scale"}, True, True, id="by scale"),
        pytest.param({"fieldsV1": {"f:status": {}}, "subresource": "status"}, False, False, id="status"),
        pytest.param({}, False, False, id="nothing said"),
    ],
)
def test_a_writer_is_known_by_what_it_owns(entry: dict[str, Any], writes_spec: bool, owns_replicas: bool) -> None:
    found = writer(**entry)
    assert (found.writes_spec, found.owns_replicas) == (writes_spec, owns_replicas)


APPLIED = "f:kubectl.kubernetes.io/last-applied-configuration"


@pytest.mark.parametrize(
    ("fields", "owns"),
    [
        ({"f:annotations": {".": {}, APPLIED: {}}}, True),
        ({"f:annotations": {".": {}, "f:note": {}}}, False),
        ({}, False),
    ],
    ids=["its manifest", "another annotation", "no annotation"],
)
def test_a_writer_may_own_the_manifest_that_was_applied(fields: dict[str, Any], owns: bool) -> None:
    assert writer(fieldsV1={"f:metadata": fields}).owns_last_applied is owns


def test_the_rollout_is_read_from_status_and_its_condition() -> None:
    progressing = {
        "type": "Progressing",
        "status": "True",
        "reason": "NewReplicaSetAvailable",
        "lastUpdateTime": CREATED,
    }
    workload = converted(
        metadata={"generation": 3},
        spec={"paused": True, "progressDeadlineSeconds": 30},
        status={
            "observedGeneration": 3,
            "replicas": 4,
            "updatedReplicas": 3,
            "availableReplicas": 2,
            "conditions": [{"type": "Available", "status": "True"}, progressing],
        },
    )
    assert workload.rollout == Rollout(
        paused=True,
        generation=3,
        observed_generation=3,
        deadline_seconds=30,
        status_replicas=4,
        updated_replicas=3,
        available_replicas=2,
        progressing_reason="NewReplicaSetAvailable",
        progressing_updated_at=datetime(2026, 11, 1, 8, tzinfo=UTC),
    )


def test_a_deployment_without_status_has_no_condition() -> None:
    assert converted().rollout == Rollout()


@pytest.mark.parametrize(
    ("volume", "scratch", "persistent"),
    [
        pytest.param({"emptyDir": {}}, True, False, id="emptyDir"),
        pytest.param({"persistentVolumeClaim": {"claimName": "c"}}, False, True, id="claim"),
        pytest.param({"ephemeral": {}}, False, True, id="ephemeral"),
        pytest.param({"configMap": {}}, False, False, id="configMap"),
    ],
)
def test_volumes_tell_what_a_sleep_may_lose(volume: dict[str, Any], scratch: bool, persistent: bool) -> None:
    workload = converted(pod={"volumes": [{"name": "v", **volume}]})
    assert (workload.keeps_data_in_empty_dir, workload.has_persistent_volume) == (scratch, persistent)


STRANGE = {"containers": [{"resources": {"requests": {"cpu": "a lot"}}}]}


def test_requests_that_cannot_be_read_are_said() -> None:
    with pytest.raises(InvalidQuantity, match="a lot"):
        to_workload(deployment(pod=STRANGE))


def test_requests_that_cannot_be_read_do_not_stop_a_wake() -> None:
    assert to_workload_anyway(deployment(pod=STRANGE)).requests == Requests()
