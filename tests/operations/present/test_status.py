"""How a cluster is, by a real Temporal that no worker of the product polls."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asking import ask_as
from cases import COST
from deployments import deployment
from eventually import eventually
from sleepers import sleeper
from temporalio.client import Client

from activities.hibernation.starting import start_hibernation
from activities.policy_sources.files import MARKER
from activities.snapshot import Hold
from localcluster import LocalCluster
from operations.errors import NotThere, OperationError
from operations.installation import Installation
from operations.present.asked_for import StatusQuestion
from operations.present.status import ClusterStatus, read_status
from policies.annotations import Because, PauseRecord, WakeNote, note_patch
from policies.policy.label_queries import parse_label_query
from policies.sleep.messages import Hibernation
from policies.workload import WorkloadRef
from worker.temporal.attributes import register_attributes
from worker.temporal.cluster_record import ClusterRecord, create_record

pytestmark = pytest.mark.temporal

CLUSTER = "as-it-is"


async def put_to_sleep(client: Client, namespace: str, name: str, policy: str) -> None:
    record = PauseRecord(
        pause_id="p", instance="me", policy=policy, paused_at=datetime.now(UTC), original_replicas=3, cost=COST
    )
    ref = WorkloadRef(namespace=namespace, name=name, uid="u1")
    await start_hibernation(client, Hibernation(cluster=CLUSTER, instance="me", ref=ref, sleep=record))


async def status_with(installation: Installation, count: int, namespace: str | None = None) -> ClusterStatus:
    """The status as soon as visibility shows so many."""
    return await eventually(
        lambda: read_status(installation, StatusQuestion(namespace=namespace)),
        lambda found: len(found.hibernations) == count,
        what=f"{count} hibernations",
    )


async def test_who_sleeps_is_told_by_policy_with_the_hold_and_that_no_worker_is_there(
    temporal_client: Client, temporal: str, tmp_path: Path
) -> None:
    await register_attributes(temporal_client)
    hold = Hold(by="jo", since=datetime.now(UTC), reason="incident 7")
    await create_record(temporal_client, CLUSTER, ClusterRecord(identity="i", instance="me", hold=hold))
    for each in (("dev", "web", "nights"), ("dev", "api", "nights"), ("other", "db", "idle")):
        await put_to_sleep(temporal_client, *each)
    installation = ask_as(tmp_path, cluster=CLUSTER, temporal=temporal)
    found = await status_with(installation, 3)
    assert [(each.policy, each.name) for each in found.hibernations] == [
        ("idle", "db"),
        ("nights", "api"),
        ("nights", "web"),
    ]
    assert found.asleep == 3
    (saved,) = found.savings
    assert saved.per_hour == pytest.approx(3 * COST.amount)
    assert (saved.currency, saved.sleepers, saved.without_price) == ("USD", 3, 0)
    assert (found.temporal, found.recorded, found.worker, found.hold) == (temporal, True, False, hold)
    assert (found.reconciliation, found.often_woken) == (None, ())
    assert (found.unwatched.count, found.is_served) == (3, False)
    assert [each.state for each in found.schedules] == ["runs"]
    assert (await status_with(installation, 1, "other")).hibernations[0].name == "db"


async def test_a_cluster_that_no_worker_was_up_for_is_told_as_not_recorded(temporal: str, tmp_path: Path) -> None:
    found = await read_status(ask_as(tmp_path, cluster="never-up", temporal=temporal))
    assert (found.recorded, found.hold, found.worker, found.hibernations) == (False, None, False, ())
    assert (found.asleep, found.savings) == (0, ())
    assert [each.state for each in found.schedules] == ["missing"]


async def test_without_temporal_and_cluster_nothing_is_told(tmp_path: Path) -> None:
    with pytest.raises(OperationError, match="neither Temporal nor the cluster can be asked"):
        await read_status(ask_as(tmp_path, cluster=CLUSTER))


@pytest.mark.cluster
async def test_without_temporal_the_deployments_tell_who_sleeps_and_that_nobody_wakes_them(
    cluster: LocalCluster, tmp_path: Path, namespace: str
) -> None:
    create_sleepers(cluster, namespace)
    asked = ask_as(tmp_path, cluster=CLUSTER, kubeconfig=cluster.kubeconfig)
    found = await read_status(asked, StatusQuestion(namespace=namespace))
    assert [(each.name, each.phase, each.policy, each.by) for each in found.hibernations] == [
        ("web", "asleep", "idle-dev", ""),
        ("woken", "awake", "", "anna@laptop"),
    ]
    assert (found.temporal, found.is_served, found.unwatched.count) == ("", False, 1)
    assert "no Temporal server is known" in found.temporal_trouble
    asked.close()


@pytest.mark.cluster
async def test_what_temporal_lost_is_told_beside_what_it_knows_and_nobody_wakes_either(
    cluster: LocalCluster, temporal_client: Client, temporal: str, tmp_path: Path, namespace: str
) -> None:
    await register_attributes(temporal_client)
    create_sleepers(cluster, namespace)
    asked = ask_as(tmp_path, cluster=f"lost-{namespace}", kubeconfig=cluster.kubeconfig, temporal=temporal)
    found = await read_status(asked, StatusQuestion(namespace=namespace))
    assert [each.name for each in found.lost] == ["web"]
    assert (found.hibernations, found.worker, found.unwatched.count, found.is_served) == ((), False, 1, False)
    asked.close()


@pytest.mark.cluster
async def test_where_it_is_not_known_who_we_are_every_sleeper_that_nobody_wakes_is_told(
    cluster: LocalCluster, temporal_client: Client, temporal: str, tmp_path: Path, namespace: str
) -> None:
    await register_attributes(temporal_client)
    create_sleepers(cluster, namespace)
    asked = ask_as(
        tmp_path, cluster=f"new-{namespace}", kubeconfig=cluster.kubeconfig, temporal=temporal, instance=None
    )
    found = await read_status(asked, StatusQuestion(namespace=namespace))
    assert (found.instance, [each.name for each in found.lost]) == (None, ["theirs", "web"])
    assert not found.is_served
    assert "--instance NAME" in found.unwatched.remedy
    asked.close()


@pytest.mark.cluster
@pytest.mark.parametrize(
    ("wanted", "lost"),
    [({"policy": "idle-dev"}, ["web"]), ({"labels": "app=web"}, ["web"]), ({"labels": "app=other"}, [])],
    ids=["of a policy", "with labels", "of others"],
)
async def test_what_temporal_lost_is_also_told_where_only_some_are_asked_for(
    cluster: LocalCluster,
    temporal_client: Client,
    temporal: str,
    tmp_path: Path,
    namespace: str,
    wanted: dict[str, str],
    lost: list[str],
) -> None:
    await register_attributes(temporal_client)
    create_sleepers(cluster, namespace)
    asked = ask_as(tmp_path, cluster=f"part-{namespace}", kubeconfig=cluster.kubeconfig, temporal=temporal)
    labels = parse_label_query(wanted["labels"]) if "labels" in wanted else None
    question = StatusQuestion(namespace=namespace, policy=wanted.get("policy"), labels=labels)
    found = await read_status(asked, question)
    assert ([each.name for each in found.lost], found.is_served) == (lost, not lost)
    assert found.is_partial
    asked.close()


@pytest.mark.cluster
async def test_without_its_keys_temporal_counts_as_away_and_the_deployments_tell(
    cluster: LocalCluster, temporal: str, tmp_path: Path, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_sleepers(cluster, namespace)
    monkeypatch.setenv("FINOPS_PAYLOAD_KEYS", str(tmp_path / "no-keys"))
    asked = ask_as(tmp_path, cluster=CLUSTER, kubeconfig=cluster.kubeconfig, temporal=temporal)
    found = await read_status(asked, StatusQuestion(namespace=namespace))
    assert [each.name for each in found.hibernations] == ["web", "woken"]
    assert found.temporal_trouble.startswith(f"the keys in {tmp_path / 'no-keys'} cannot be read")
    asked.close()


async def test_a_policy_that_nobody_knows_is_no_policy_with_nothing_asleep(temporal: str, tmp_path: Path) -> None:
    policies = tmp_path / "state" / "policies"
    policies.mkdir(parents=True)
    (policies / MARKER).touch()
    asked = ask_as(tmp_path, cluster=CLUSTER, temporal=temporal)
    for name in ("nigths", "o'brien"):
        with pytest.raises(NotThere, match=f"there is no policy {name}"):
            await read_status(asked, StatusQuestion(policy=name))


@pytest.mark.cluster
async def test_only_those_whose_deployments_have_the_labels_are_told(
    cluster: LocalCluster, temporal_client: Client, temporal: str, tmp_path: Path, namespace: str
) -> None:
    await register_attributes(temporal_client)
    for name in ("web", "api"):
        cluster.objects.create(deployment(namespace, name))
        await put_to_sleep(temporal_client, namespace, name, "nights")
    asked = ask_as(tmp_path, cluster=CLUSTER, kubeconfig=cluster.kubeconfig, temporal=temporal)
    await status_with(asked, 2, namespace)
    labelled = StatusQuestion(namespace=namespace, labels=parse_label_query("app=web"))
    assert [each.name for each in (await read_status(asked, labelled)).hibernations] == ["web"]
    asked.close()


@pytest.mark.cluster
async def test_the_kubeconfig_of_another_cluster_tells_nothing_of_this_one(
    cluster: LocalCluster, temporal_client: Client, temporal: str, tmp_path: Path, namespace: str
) -> None:
    await register_attributes(temporal_client)
    create_sleepers(cluster, namespace)
    name = f"elsewhere-{namespace}"
    await create_record(temporal_client, name, ClusterRecord(identity="another", instance="me"))
    asked = ask_as(tmp_path, cluster=name, kubeconfig=cluster.kubeconfig, temporal=temporal)
    found = await read_status(asked, StatusQuestion(namespace=namespace))
    assert (found.lost, found.unwatched.count) == ((), 0)
    assert "another" in found.cluster_trouble
    asked.close()


def create_sleepers(cluster: LocalCluster, namespace: str) -> None:
    """One of ours, one of another installation, and one that somebody woke."""
    ours, theirs = sleeper("web").annotations, sleeper("theirs", instance="they").annotations
    note = WakeNote(
        resumed_at=datetime.now(UTC),
        awake_until=datetime.now(UTC) + timedelta(hours=1),
        because=Because.PERSON,
        by="anna@laptop",
    )
    awake = {key: text for key, text in note_patch(note).items() if text is not None}
    cluster.objects.create(deployment(namespace, "web", replicas=0, annotations=ours))
    cluster.objects.create(deployment(namespace, "theirs", replicas=0, annotations=theirs))
    cluster.objects.create(deployment(namespace, "woken", annotations=awake))
