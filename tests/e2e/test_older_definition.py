"""A program that is newer than the definition of its policies in the cluster, which has no `spec.limits`.

Whoever writes such a policy without strict validation is told nothing, and the limits are gone.
"""

import asyncio
import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from deployments import create_ready, deployment, replicas_of, wait_for
from kubectl import kubectl
from manifests import INSTALL
from services import Service, enforcing
from temporalio.client import Client

from localcluster import LocalCluster
from policies.names import ENFORCEMENT
from policies.resource.crd import custom_resource_definition

pytestmark = [pytest.mark.cluster, pytest.mark.temporal]

PATH = "/apis/finops.io/v1alpha1/enforcementpolicies"
DROPPED = "their CRD is older than this program and drops spec.limits in silence"
NAMES = ("a", "b", "c", "d")


def older_definition() -> dict[str, Any]:
    """The one of before."""
    definition = copy.deepcopy(custom_resource_definition())
    schema = definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    del schema["properties"]["spec"]["properties"]["limits"]
    return definition


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    """A cluster of its own with the manifests of today and the definition of before."""
    with LocalCluster.start() as started:
        items = [item for item in yaml.safe_load_all(INSTALL.read_text()) if item]
        others = [item for item in items if item["kind"] not in {"CustomResourceDefinition", "Deployment"}]
        text = yaml.safe_dump_all([older_definition(), *others])
        wait_for(lambda: bool(kubectl(started, "apply", "--server-side", "-f", "-", text=text)), what="the manifests")
        wait_for(lambda: "enforcementpolicies" in kubectl(started, "api-resources"), what="the CRD to be served")
        for name in NAMES:
            create_ready(started.objects, deployment("default", name))
        yield started


@pytest.fixture(scope="module")
def service(cluster: LocalCluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    account = cluster.kubeconfig_for("finops-enforcer", "finops-enforcer")
    made = Service(account, tmp_path_factory.mktemp("older"), cluster="older", FINOPS_POLICY_SOURCE="cluster").start()
    made.environment["KUBECONFIG"] = str(cluster.kubeconfig)
    wait_for(lambda: made.ask("status")["worker"], what="the worker")
    yield made
    made.stop()


def test_nothing_is_paused_under_a_definition_that_drops_limits_and_everybody_is_told(
    service: Service, cluster: LocalCluster, tmp_path: Path
) -> None:
    policy = enforcing("narrow", "default", maxActionsPerRun=1)
    kubectl(cluster, "apply", "--validate=false", "-f", "-", text=policy)
    assert "limits" not in cluster.objects.get(f"{PATH}/narrow")["spec"]

    assert DROPPED in service.run("doctor", succeeds=False).stdout
    (tmp_path / "policy.yaml").write_text(policy)
    refused = service.run("apply", str(tmp_path / "policy.yaml"), succeeds=False)
    assert DROPPED in " ".join(refused.stderr.split())
    wait_for(lambda: DROPPED in service.log.read_text(), what="the worker's log")
    wait_for(lambda: degraded(cluster, "narrow") == ("True", "Invalid"), what="the condition of what lost its limits")
    kubectl(cluster, "apply", "-f", "-", text=enforcing("broad", "default"))
    wait_for(lambda: degraded(cluster, "broad") == ("True", "OlderDefinition"), what="the condition")
    wait_for(lambda: asyncio.run(count_runs(service, "broad")) > 1, what="some runs")
    assert [replicas_of(cluster.objects, "default", name) for name in NAMES] == [3, 3, 3, 3]
    kubectl(cluster, "delete", "epol", "broad")
    kubectl(cluster, "apply", "-f", "-", text=enforcing("dry", "default").replace("Enforce\n", "DryRun\n"))
    wait_for(lambda: degraded(cluster, "dry") == ("True", "OlderDefinition"), what="the condition")

    kubectl(cluster, "apply", "--server-side", "-f", "-", text=json.dumps(custom_resource_definition()))
    wait_for(lambda: degraded(cluster, "dry") == ("False", "AsWritten"), what="the new definition")
    # What was written under the old one has lost its limits for good, and is not believed before it is written again.
    wait_for(lambda: degraded(cluster, "narrow") == ("True", "Invalid"), what="the condition")
    assert [replicas_of(cluster.objects, "default", name) for name in NAMES] == [3, 3, 3, 3]
    kubectl(cluster, "apply", "-f", "-", text=policy)
    wait_for(lambda: degraded(cluster, "narrow") == ("False", "AsWritten"), what="the policy to be in force")
    wait_for(lambda: 0 in [replicas_of(cluster.objects, "default", name) for name in NAMES], what="a pause")


def degraded(cluster: LocalCluster, name: str) -> tuple[str, str]:
    conditions = cluster.objects.get(f"{PATH}/{name}").get("status", {}).get("conditions", ())
    return next(((each["status"], each["reason"]) for each in conditions if each["type"] == "Degraded"), ("", ""))


async def count_runs(service: Service, policy: str) -> int:
    server = service.state.read_server()
    assert server is not None
    client = await Client.connect(server.address)
    return (await client.count_workflows(f"Policy = '{policy}' AND WorkflowType = '{ENFORCEMENT}'")).count


def test_a_worker_that_loses_the_definition_of_its_policies_says_so_while_it_can(
    service: Service, cluster: LocalCluster
) -> None:
    """As when a tool removes the product and runs no hooks."""
    asleep = [name for name in NAMES if replicas_of(cluster.objects, "default", name) == 0]
    kubectl(cluster, "delete", "crd", "enforcementpolicies.finops.io")
    wait_for(lambda: "policies: policies in the cluster" in service.log.read_text(), what="the alert")
    assert "finops resume --all --direct --instance" in service.log.read_text()
    # A pause that had been started may still have been made; nobody who slept was woken or lost.
    assert {name for name in NAMES if replicas_of(cluster.objects, "default", name) == 0} >= set(asleep)
