"""Two installations on one cluster, and two clusters for one installation: nothing of the other's is touched."""

import json
import os
import re
import shlex
import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from accounts import dismiss, enroll, grant, worker_rules
from audits import writes
from deployments import annotations_of, create_ready, deployment, replicas_of, wait_for
from google.protobuf.duration_pb2 import Duration
from ids import id_of
from services import Service, enforcing
from tables import rows
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client

from localcluster import LocalCluster
from localcluster.objects import Object
from policies.names import reconcile_id
from worker.processes import find_program
from worker.temporal.connection import TemporalTarget, connect_to

pytestmark = [pytest.mark.cluster, pytest.mark.temporal]

CLUSTERS = Path(__file__).parents[2] / "docs" / "clusters.md"
WRONG = "this is another cluster"
WAKING = {"resuming", "resume-failing"}


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[LocalCluster]:
    """A second control plane."""
    with LocalCluster.start(audit=True) as running:
        yield running


@pytest.fixture
async def second_namespace(temporal_client: Client, tmp_path: Path) -> str:
    """A Temporal namespace of the test's own."""
    name = f"second-{tmp_path.name.replace('_', '-')[-30:]}"
    request = RegisterNamespaceRequest(
        namespace=name, workflow_execution_retention_period=Duration(seconds=int(timedelta(days=1).total_seconds()))
    )
    await temporal_client.workflow_service.register_namespace(request)
    return name


@pytest.fixture
def install(temporal: str, tmp_path: Path) -> Iterator[Callable[..., Service]]:
    """Makes installations, each with a worker of its own; what still runs at the end is ended."""
    made: list[Service] = []

    def make(kubeconfig: Path, name: str, instance: str, **settings: str) -> Service:
        folder = tmp_path / f"{name}-{len(made)}"
        folder.mkdir()
        service = Service(
            kubeconfig, folder, cluster=name, TEMPORAL_ADDRESS=temporal, FINOPS_INSTANCE=instance, **settings
        )
        made.append(service)
        return service

    yield make
    for service in made:
        service.stop()


def counts(cluster: LocalCluster, namespace: str, *names: str) -> list[int]:
    return [replicas_of(cluster.objects, namespace, name) for name in names]


def phase(service: Service, namespace: str, name: str) -> str:
    rows = service.ask("status", "--namespace", namespace)["hibernations"]
    return next((str(row["phase"]) for row in rows if row["name"] == name), "")


def strangers(service: Service) -> list[str]:
    """Whom the last reconciliation found asleep under another installation."""
    reconciled = service.ask("status")["reconciliation"]
    return [] if reconciled is None else list(reconciled["otherInstance"])


# Two installations on one cluster


@pytest.mark.parametrize("apart", rows(("by name", "by Temporal namespace"), "by name"))
def test_two_installations_show_each_others_sleepers_and_leave_them_alone(
    apart: str,
    install: Callable[..., Service],
    cluster: LocalCluster,
    namespace: str,
    second_namespace: str,
) -> None:
    objects = cluster.objects
    create_ready(objects, *(deployment(namespace, name, replicas=2) for name in ("web", "api")))
    first = install(cluster.kubeconfig, f"one-{namespace}", "first").start_worker()
    first.run("pause", f"{namespace}/web", "--for", "8h")
    asleep = annotations_of(objects, namespace, "web")
    if apart == "by name":
        second = install(cluster.kubeconfig, f"two-{namespace}", "second")
    else:
        second = install(cluster.kubeconfig, f"one-{namespace}", "second", TEMPORAL_NAMESPACE=second_namespace)
    second.start_worker()
    second.run("pause", f"{namespace}/api", "--for", "8h")
    wait_for(lambda: f"{namespace}/web" in strangers(second), what="the second to see the first's sleeper")
    assert "asleep under another installation" in second.run("status").stdout
    first.stop()
    first.start_worker()
    wait_for(lambda: f"{namespace}/api" in strangers(first), what="the first to see the second's sleeper")

    # A policy of the second one, one that goes, and a wake of all that is its own.
    second.apply(enforcing("night", namespace))
    wait_for(lambda: "OtherInstance" in explained(second, f"{namespace}/web"), what="the policy to be there")
    second.run("delete", "night", "--yes")
    done = second.run("resume", "--namespace", namespace, "--yes", "--wait")
    assert f"{namespace}/web sleeps under another installation" in done.stderr
    second.run("resume", "--all", "--yes")
    assert counts(cluster, namespace, "web", "api") == [0, 2]
    assert annotations_of(objects, namespace, "web") == asleep

    # By name it may, and the first one takes it as a person's wake.
    second.run("resume", f"{namespace}/web", "--wait")
    assert counts(cluster, namespace, "web", "api") == [2, 2]
    assert annotations_of(objects, namespace, "web")["awake-because"] == "person"
    first.stop()
    first.start_worker()
    wait_for(
        lambda: phase(first, namespace, "web") in {"", "awake", "cooling"}, what="the first to see that it is awake"
    )
    assert counts(cluster, namespace, "web", "api") == [2, 2]


def explained(service: Service, name: str) -> str:
    return service.run("explain", name).stdout


def test_two_policies_at_once_put_everything_to_sleep_once_and_each_gives_back_its_own(
    install: Callable[..., Service], cluster: LocalCluster, namespace: str
) -> None:
    objects, names = cluster.objects, [f"app-{number}" for number in range(12)]
    create_ready(objects, *(deployment(namespace, name, replicas=1 + len(name) % 3) for name in names))
    before = counts(cluster, namespace, *names)
    both = [install(cluster.kubeconfig, f"{name}-{namespace}", name).start_worker() for name in ("left", "right")]
    for service in both:
        service.apply(enforcing("night", namespace, resume_after="10h"))
    wait_for(lambda: not any(counts(cluster, namespace, *names)), what="all to sleep")

    def owners() -> set[str]:
        return {annotations_of(objects, namespace, name).get("instance", "") for name in names}

    assert owners() <= {"left", "right"}
    both[0].run("delete", "night", "--yes")
    wait_for(lambda: "left" not in owners(), what="the first to give back its own")
    both[1].run("delete", "night", "--yes")
    # One that a run had on its way is told by nobody: two reconciliations find it within little more than a minute.
    wait_for(lambda: owners() == {""}, what="the second to give back its own")
    assert counts(cluster, namespace, *names) == before


def test_a_second_installation_under_the_same_name_is_refused(
    install: Callable[..., Service], cluster: LocalCluster, namespace: str
) -> None:
    install(cluster.kubeconfig, f"one-{namespace}", "first").start_worker()
    second = install(cluster.kubeconfig, f"one-{namespace}", "second").start_worker()
    assert second.stop() == 1
    assert "belongs to installation first, and this one is second" in second.log.read_text()
    create_ready(cluster.objects, deployment(namespace, "web"))
    refused = second.run("pause", f"{namespace}/web", "--for", "1h", succeeds=False)
    assert "belongs to installation first" in refused.stderr
    assert counts(cluster, namespace, "web") == [3]


# Two clusters for one installation


def merged(path: Path, here: Path, there: Path, *, current: str) -> Path:
    """One kubeconfig with a context `here` and a context `there`."""
    sources = {"here": json.loads(here.read_text()), "there": json.loads(there.read_text())}
    document = {
        "current-context": current,
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}} for name in sources],
        "clusters": [{"name": name, "cluster": each["clusters"][0]["cluster"]} for name, each in sources.items()],
        "users": [{"name": name, "user": each["users"][0]["user"]} for name, each in sources.items()],
    }
    path.write_text(json.dumps(document))
    return path


def furnish(cluster: LocalCluster, namespace: str, *items: Object) -> None:
    """The namespace, where it is not there yet, and these Deployments."""
    wanted = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
    if namespace not in {each["metadata"]["name"] for each in cluster.objects.list("/api/v1/namespaces")}:
        cluster.objects.create(wanted)
    create_ready(cluster.objects, *items)


def baked_in(namespace: str, name: str, instance: str) -> Object:
    """A sleeper that somebody restored from a backup, record and all: another object than the one that was paused."""
    record = {"paused": "true", "paused-at": "2026-01-01T00:00:00Z", "original-replicas": "2", "instance": instance}
    return deployment(
        namespace, name, replicas=0, annotations={f"finops.io/{key}": text for key, text in record.items()}
    )


def test_the_wrong_context_after_a_restart_refuses_to_start_and_writes_nowhere(
    install: Callable[..., Service], cluster: LocalCluster, elsewhere: LocalCluster, namespace: str, tmp_path: Path
) -> None:
    furnish(cluster, namespace, deployment(namespace, "web", replicas=2), deployment(namespace, "api", replicas=4))
    furnish(
        elsewhere,
        namespace,
        deployment(namespace, "web", replicas=0),
        deployment(namespace, "api", replicas=4),
        baked_in(namespace, "lost", "me"),
    )
    kubeconfig = merged(tmp_path / "kubeconfig", cluster.kubeconfig, elsewhere.kubeconfig, current="here")
    service = install(kubeconfig, f"moved-{namespace}", "me").start_worker()
    service.run("pause", f"{namespace}/web", "--for", "8h")
    assert service.stop() == 0

    merged(kubeconfig, cluster.kubeconfig, elsewhere.kubeconfig, current="there")
    written = writes(cluster), writes(elsewhere)
    service.start_worker()
    assert service.stop() == 1
    assert WRONG in service.log.read_text()
    assert "FINOPS_CLUSTER" in service.log.read_text()
    policy = tmp_path / "night.yaml"
    policy.write_text(enforcing("night", namespace))
    for command in (
        ("pause", f"{namespace}/api", "--for", "1h"),
        ("resume", f"{namespace}/web"),
        ("resume", f"{namespace}/lost"),
        ("resume", "--all", "--yes"),
        ("keep-awake", f"{namespace}/api", "--for", "1h"),
        ("apply", str(policy)),
        ("delete", "night", "--yes"),
    ):
        assert WRONG in service.run(*command, succeeds=False).stderr, command
    assert WRONG in service.run("hold").stderr
    assert WRONG in service.run("release", succeeds=False).stderr
    assert WRONG in service.run("doctor", succeeds=False).stdout
    assert (writes(cluster), writes(elsewhere)) == written

    merged(kubeconfig, cluster.kubeconfig, elsewhere.kubeconfig, current="here")
    service.run("release")
    service.start_worker()
    service.run("resume", f"{namespace}/web", "--wait")
    assert counts(cluster, namespace, "web", "api") == [2, 4]
    assert counts(elsewhere, namespace, "web", "api", "lost") == [0, 4, 0]
    assert writes(elsewhere) == written[1]


@pytest.mark.parametrize(
    "how", rows(("another current context", "the same context leads elsewhere"), "another current context")
)
def test_a_kubeconfig_that_changes_under_a_running_worker_leads_it_to_no_other_cluster(
    how: str,
    install: Callable[..., Service],
    cluster: LocalCluster,
    elsewhere: LocalCluster,
    namespace: str,
    tmp_path: Path,
) -> None:
    account = f"worker-{namespace}"
    for each in (cluster, elsewhere):
        furnish(each, namespace, deployment(namespace, "web", replicas=3), deployment(namespace, "api", replicas=2))
        grant(each, account, worker_rules())
    here, there = enroll(cluster, account), enroll(elsewhere, account)
    kubeconfig = merged(tmp_path / "kubeconfig", here, there, current="here")
    service = install(kubeconfig, f"changing-{namespace}", "me").start_worker()
    service.run("pause", f"{namespace}/web", "--for", "8h")

    # Its credentials end, and the kubeconfig leads to a cluster that would take it in.
    written = writes(elsewhere)
    dismiss(cluster, account, here)
    if how == "another current context":
        merged(kubeconfig, here, there, current="there")
    else:
        merged(kubeconfig, there, there, current="here")
    said = "does not take the credentials" if how == "another current context" else WRONG
    admin = Service(
        cluster.kubeconfig,
        service.folder,
        cluster=service.environment["FINOPS_CLUSTER"],
        TEMPORAL_ADDRESS=service.environment["TEMPORAL_ADDRESS"],
        FINOPS_INSTANCE="me",
    )
    admin.apply(enforcing("night", namespace))
    admin.run("resume", f"{namespace}/web")
    wait_for(lambda: phase(admin, namespace, "web") == "resume-failing", what="the wake to be shown as failing")
    assert said in admin.run("status").stdout
    assert said in service.log.read_text()
    assert counts(cluster, namespace, "web", "api") == [0, 2]

    # New credentials for the cluster it belongs to: it goes on where it stood.
    admin.run("delete", "night", "--yes")
    merged(kubeconfig, enroll(cluster, account), there, current="there")
    wait_for(lambda: counts(cluster, namespace, "web", "api") == [3, 2], what="the wake")
    assert counts(elsewhere, namespace, "web", "api") == [3, 2]
    assert writes(elsewhere) == written
    assert said != WRONG or len(re.findall("identity: the kubeconfig was read again", service.log.read_text())) == 1


@pytest.mark.thorough
async def test_a_cluster_that_was_made_anew_under_the_same_name_is_left_alone(
    install: Callable[..., Service], temporal: str, tmp_path: Path
) -> None:
    kubeconfig = tmp_path / "kubeconfig"
    with LocalCluster.start() as old:
        kubeconfig.write_text(old.kubeconfig.read_text())
        furnish(old, "dev", *(deployment("dev", name, replicas=2) for name in ("web", "api")))
        service = install(kubeconfig, "reborn", "me").start_worker()
        service.run("pause", "dev/web", "--for", "8h")
        service.run("pause", "dev/api", "--for", "8h")
    with LocalCluster.start(audit=True) as new:
        kubeconfig.write_text(new.kubeconfig.read_text())
        furnish(new, "dev", *(deployment("dev", name, replicas=0) for name in ("web", "api")))
        client = await connect_to(TemporalTarget(address=temporal, source="the test"))
        for name in ("web", "api"):
            await client.get_workflow_handle(id_of("reborn", "dev", name)).signal("reactivate")
        await client.get_schedule_handle(reconcile_id("reborn")).trigger()
        wait_for(lambda: phase(service, "dev", "web") in WAKING, what="the worker that still runs to try")
        service.stop()
        service.start_worker()
        assert service.stop() == 1
        assert WRONG in service.log.read_text()

        # The way on: a name of its own. What is at zero there is at zero by itself.
        renamed = install(kubeconfig, "reborn-2", "me").start_worker()
        wait_for(lambda: renamed.ask("status")["reconciliation"] is not None, what="a reconciliation")
        assert renamed.ask("status")["hibernations"] == []
        assert counts(new, "dev", "web", "api") == [0, 0]
        assert phase(service, "dev", "web") in WAKING

        # Or the old name again, once the old cluster is forgotten.
        forget("reborn", temporal)
        wait_for(lambda: service.ask("status")["hibernations"] == [], what="the old hibernations to be ended")
        service.start_worker()
        wait_for(lambda: service.ask("status")["reconciliation"] is not None, what="a reconciliation")
        assert service.ask("status")["hibernations"] == []
        assert counts(new, "dev", "web", "api") == [0, 0]
        assert writes(new) == []


def forget(name: str, temporal: str) -> None:
    """What docs/clusters.md says, for a cluster of this name."""
    program = find_program("temporal")
    text = CLUSTERS.read_text(encoding="utf-8")
    lines = [line.replace("dev", name) for line in text.splitlines() if re.match("temporal (workflow|schedule) ", line)]
    assert len(lines) == 2
    for line in lines:
        command = [str(program), *shlex.split(line)[1:]]
        subprocess.run(command, env={**os.environ, "TEMPORAL_ADDRESS": temporal}, check=True, capture_output=True)
