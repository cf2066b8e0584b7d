"""`finops import` against a real API server."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from deployments import create_ready, deployment, wait_for
from policytexts import read_policy_text
from services import Service

from localcluster import ApiError, LocalCluster

pytestmark = pytest.mark.cluster

OFFICE = "Mon-Fri 07:30-20:30 Europe/Berlin"
GROUP = "kube-green.com"


@pytest.fixture
def finops(cluster: LocalCluster, tmp_path: Path) -> Service:
    return Service(cluster.kubeconfig, tmp_path, cluster="importing")


def sleep_info_crd() -> dict[str, Any]:
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"sleepinfos.{GROUP}"},
        "spec": {
            "group": GROUP,
            "scope": "Namespaced",
            "names": {"kind": "SleepInfo", "plural": "sleepinfos", "singular": "sleepinfo"},
            "versions": [{"name": "v1alpha1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}],
        },
    }


def test_what_the_downscaler_was_told_is_printed_as_policies(
    finops: Service, cluster: LocalCluster, namespace: str
) -> None:
    annotations = {"downscaler/uptime": OFFICE, "downscaler/force-uptime": "false"}
    cluster.objects.patch(f"/api/v1/namespaces/{namespace}", {"metadata": {"annotations": annotations}})
    create_ready(
        cluster.objects,
        deployment(namespace, "web"),
        deployment(namespace, "api", annotations={"downscaler/exclude": "true"}),
    )
    said = finops.run("import", "py-kube-downscaler")
    (policy,) = read_policy_text(said.stdout.encode(), "printed.yaml").policies
    assert policy.spec.scope.namespaces.include == (namespace,)
    assert f"kubectl -n {namespace} annotate deployment api finops.io/exclude=true" in said.stderr
    (selected,) = finops.ask("import", "py-kube-downscaler", "--matching-labels", "team=shop")["policies"]
    assert selected["spec"]["scope"]["selector"] == {"matchLabels": {"team": "shop"}}
    named = finops.run("import", "py-kube-downscaler", "--exclude-deployments", "web,other").stderr
    assert f"kubectl -n {namespace} annotate deployment web finops.io/exclude=true" in named
    left = finops.ask("import", "py-kube-downscaler", "--downtime-replicas", "1")["notCarriedOver"]
    assert f"namespace {namespace}" in {each["object"] for each in left}
    told = finops.ask("import", "py-kube-downscaler")
    assert told["policies"] == [yaml.safe_load(said.stdout)]
    assert told["notCarriedOver"] == []
    cluster.objects.patch(f"/api/v1/namespaces/{namespace}", {"metadata": {"annotations": dict.fromkeys(annotations)}})


def test_without_the_other_tool_it_says_so(finops: Service) -> None:
    said = finops.run("import", "kube-green", succeeds=False)
    assert "knows no sleepinfos: is kube-green installed there?" in said.stderr


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--default-timezone", "Mars/Phobos"), "--default-timezone: "),
        (("--default-weekframe", "weekdays"), "--default-weekframe: "),
        (("--grace-period", "soon"), "--grace-period: "),
    ],
)
def test_an_option_that_makes_no_sense_is_told(finops: Service, options: tuple[str, str], says: str) -> None:
    assert says in finops.run("import", "py-kube-downscaler", *options, succeeds=False).stderr


def test_times_that_make_no_sense_are_told_by_namespace(finops: Service, namespace: str) -> None:
    said = finops.run("import", "py-kube-downscaler", "--default-uptime", "working hours").stderr
    assert f'namespace {namespace}: uptime "working hours", downtime "never": "working hours" is not a time' in said


def test_sleep_infos_are_printed_as_policies(finops: Service, cluster: LocalCluster, namespace: str) -> None:
    crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    cluster.objects.request("POST", crds, sleep_info_crd())
    path = f"/apis/{GROUP}/v1alpha1/namespaces/{namespace}/sleepinfos"
    sleep_info = {
        "apiVersion": f"{GROUP}/v1alpha1",
        "kind": "SleepInfo",
        "metadata": {"name": "nights"},
        "spec": {"weekdays": "1-5", "sleepAt": "20:00", "wakeUpAt": "08:00", "suspendCronJobs": True},
    }
    try:
        wait_for(lambda: _is_created(cluster, path, sleep_info), what="the SleepInfo to be accepted")
        told = finops.ask("import", "kube-green")
        assert [each["metadata"]["name"] for each in told["policies"]] == [f"kube-green-{namespace}"]
        assert [each["field"] for each in told["notCarriedOver"]] == ["suspendCronJobs"]
    finally:
        cluster.objects.delete(f"{crds}/sleepinfos.{GROUP}")


def _is_created(cluster: LocalCluster, path: str, item: dict[str, Any]) -> bool:
    """A new kind takes a moment to be served."""
    try:
        cluster.objects.request("POST", path, item)
    except ApiError:
        return False
    return True
