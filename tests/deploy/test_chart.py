"""The Helm chart, by helm itself and by the real API server."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from kubectl import kubectl
from patience import PATIENCE_SECONDS

from localcluster import LocalCluster
from localcluster.building.binaries import provide_helm
from worker.processes import find_program
from worker.settings.settings import Settings

DEPLOY = Path(__file__).parents[2] / "deploy"
CHART = DEPLOY / "chart"
EVERYTHING = (
    "replicas=2,temporal.mode=bundled,createNamespace=true,metrics.podMonitor.enabled=true,metrics.rules.enabled=true,"
    "metrics.dashboard.enabled=true,rbac.optional.events=true,notifications.secret=webhooks,notifications.slackKey=slack,"
    "notifications.webhook.url=https://hooks.example/x,notifications.webhook.signingKey=key,notifications.hosts={hooks.example},"
    "rbac.optional.nodes=true,rbac.optional.planning=true,protectedNamespaces={payments-*},"
    "unprotectedNamespaces={order-system,chat-system}"
)
OTHER_CLUSTERS = "clusters.dev.context=dev-eu,clusters.home.interval=10m,kubeconfig.secret=others"
KINDS_OF_OTHERS = {"PodMonitor", "PrometheusRule"}
"""Of the Prometheus operator, which the local cluster does not have."""


@pytest.fixture(scope="session")
def helm(request: pytest.FixtureRequest) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Helm, which is built the first time ever (some minutes): that is shown."""
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        program = provide_helm()

    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(program), *arguments], capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS
        )

    return call


@pytest.fixture(scope="session")
def render(helm: Callable[..., subprocess.CompletedProcess[str]]) -> Callable[..., list[dict[str, Any]]]:
    """The objects of the chart under these values."""

    def call(values: str = "", *options: str) -> list[dict[str, Any]]:
        done = helm("template", "fe", str(CHART), "--namespace", "fe", "--set", values, *options)
        assert done.returncode == 0, done.stderr
        return [item for item in yaml.safe_load_all(done.stdout) if item]

    return call


def of_kind(objects: list[dict[str, Any]], kind: str, name: str = "") -> dict[str, Any]:
    (found,) = (item for item in objects if item["kind"] == kind and item["metadata"]["name"].endswith(name))
    return dict(found)


def pod_of(number: int, item: dict[str, Any]) -> dict[str, Any]:
    """The pod that a controller would make, with its claims already bound."""
    spec = item["spec"]["template"]["spec"]
    claims = [each["metadata"]["name"] for each in item["spec"].get("volumeClaimTemplates", ())]
    volumes = [*spec.get("volumes", ()), *({"name": name, "emptyDir": {}} for name in claims)]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": f"pod-{number}", "namespace": "fe"},
        "spec": spec | {"volumes": volumes, "restartPolicy": "Never", "serviceAccountName": "default"},
    }


def test_helm_finds_nothing_wrong(helm: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    done = helm("lint", str(CHART), "--strict")
    assert done.returncode == 0, done.stdout


def test_the_plain_manifests_are_what_the_chart_says() -> None:
    done = subprocess.run(
        [sys.executable, str(DEPLOY / "render.py"), "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "values",
    [
        pytest.param("replicas=3", id="three workers"),
        pytest.param("clusters.dev.context=dev-eu", id="a context without a kubeconfig"),
        pytest.param("clusters.Dev.interval=1h", id="a table of a cluster that is no DNS label"),
        pytest.param("replica=2", id="a misspelt name"),
        pytest.param("cluster=Prod_1", id="a cluster that is no DNS label"),
        pytest.param("temporal.mode=embedded", id="an unknown mode"),
        pytest.param("settings.FINOPS_interval=1h", id="a setting that is none"),
        pytest.param("policies.source=files", id="files without a ConfigMap"),
        pytest.param("notifications.slackKey=slack", id="a key of no Secret"),
        pytest.param("protectedNamespaces={Kube}", id="a namespace that cannot be"),
    ],
)
def test_values_that_make_no_sense_are_refused(
    helm: Callable[..., subprocess.CompletedProcess[str]], values: str
) -> None:
    assert helm("template", "fe", str(CHART), "--set", values).returncode != 0


def test_every_setting_that_the_chart_sets_exists(render: Callable[..., list[dict[str, Any]]]) -> None:
    (container,) = of_kind(render(EVERYTHING), "Deployment")["spec"]["template"]["spec"]["containers"]
    environment = {each["name"]: each["value"] for each in container["env"]}
    assert Settings.unknown_variables(environment) == []
    loaded = Settings.load(environment=environment)
    assert (loaded.instance, loaded.unprotected_namespaces) == ("fe", ("order-system", "chat-system"))
    assert loaded.protected_namespaces[-1] == "payments-*"


def test_a_disruption_budget_comes_with_the_second_worker_only(render: Callable[..., list[dict[str, Any]]]) -> None:
    kinds = [{item["kind"] for item in render(f"replicas={replicas}")} for replicas in (1, 2)]
    assert ["PodDisruptionBudget" in each for each in kinds] == [False, True]


def test_rights_to_write_can_be_those_of_some_namespaces_only(render: Callable[..., list[dict[str, Any]]]) -> None:
    objects = render("rbac.writeNamespaces={dev,staging}")
    everywhere = {verb for rule in of_kind(objects, "ClusterRole")["rules"][:2] for verb in rule["verbs"]}
    assert everywhere == {"get", "list", "watch"}
    roles = [item for item in objects if item["kind"] == "Role"]
    assert [item["metadata"]["namespace"] for item in roles] == ["dev", "staging"]
    assert {verb for rule in roles[0]["rules"] for verb in rule["verbs"]} == {"patch", "update"}


def test_each_optional_right_has_a_switch(render: Callable[..., list[dict[str, Any]]]) -> None:
    off = render("rbac.autoscalers=false,rbac.keda=false,rbac.gateways=false,rbac.namespaces=false,rbac.backends=false")
    rules = of_kind(off, "ClusterRole")["rules"]
    assert {group for rule in rules for group in rule["apiGroups"]} == {"", "apps", "finops.io", "apiextensions.k8s.io"}
    assert "namespaces" not in {resource for rule in rules for resource in rule["resources"]}
    (of_crds,) = (rule for rule in rules if rule["apiGroups"] == ["apiextensions.k8s.io"])
    assert (of_crds["verbs"], of_crds["resourceNames"]) == (["get"], ["enforcementpolicies.finops.io"])


def test_what_sleeps_is_woken_before_the_release_goes(render: Callable[..., list[dict[str, Any]]]) -> None:
    job = of_kind(render(), "Job", "resume")
    annotations = job["metadata"]["annotations"]
    assert (annotations["helm.sh/hook"], annotations["argocd.argoproj.io/hook"]) == ("pre-delete", "PreDelete")
    (container,) = job["spec"]["template"]["spec"]["containers"]
    assert container["args"] == ["resume", "--all", "--direct", "--yes"]


def test_one_worker_for_several_clusters_has_a_table_for_each(
    render: Callable[..., list[dict[str, Any]]], tmp_path: Path
) -> None:
    objects = render(
        "clusters.home.interval=10m,clusters.dev.context=dev-eu,clusters.dev.min_sleep=1h,kubeconfig.secret=others"
    )
    file = tmp_path / "finops.toml"
    file.write_text(of_kind(objects, "ConfigMap", "clusters")["data"]["finops.toml"], encoding="utf-8")
    pod = of_kind(objects, "Deployment")["spec"]["template"]["spec"]
    environment = {each["name"]: each["value"] for each in pod["containers"][0]["env"]}
    assert environment["FINOPS_CONFIG"] == "/clusters/finops.toml"
    dev, home = Settings.load_each(environment=environment | {"FINOPS_CONFIG": str(file)})
    assert (dev.cluster, dev.context, dev.kubeconfig) == ("dev", "dev-eu", Path("/kubeconfig/kubeconfig"))
    assert (home.cluster, home.context, home.kubeconfig) == ("home", None, None)
    mounted = {each["name"]: each["mountPath"] for each in pod["containers"][0]["volumeMounts"]}
    assert (mounted["clusters"], mounted["kubeconfig"]) == ("/clusters", "/kubeconfig")
    assert {"clusters", "kubeconfig"} < {each["name"] for each in pod["volumes"]}


def test_each_of_several_clusters_is_woken_before_the_release_goes(
    render: Callable[..., list[dict[str, Any]]],
) -> None:
    job = of_kind(render("clusters.a.interval=1h,clusters.b.interval=1h"), "Job", "resume")
    told = [each["args"][-2:] for each in job["spec"]["template"]["spec"]["containers"]]
    assert told == [["--cluster", "a"], ["--cluster", "b"]]


def test_the_bundled_temporal_is_where_the_worker_looks_for_it(render: Callable[..., list[dict[str, Any]]]) -> None:
    objects = render("temporal.mode=bundled")
    service = of_kind(objects, "Service", "temporal")
    (container,) = of_kind(objects, "Deployment")["spec"]["template"]["spec"]["containers"]
    environment = {each["name"]: each["value"] for each in container["env"]}
    assert environment["TEMPORAL_ADDRESS"] == f"{service['metadata']['name']}:7233"


def test_the_temporal_program_takes_the_options_of_the_bundled_one(render: Callable[..., list[dict[str, Any]]]) -> None:
    program = find_program("temporal")
    assert program is not None
    objects = render("temporal.mode=bundled")
    for item in (of_kind(objects, "StatefulSet"), of_kind(objects, "Job", "retention")):
        (container,) = item["spec"]["template"]["spec"]["containers"]
        known = subprocess.run(
            [program, *container["args"], "--help"],
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_SECONDS,
        )
        assert (known.returncode, known.stderr) == (0, "")


def test_the_dashboard_and_the_rules_come_as_they_are(render: Callable[..., list[dict[str, Any]]]) -> None:
    objects = render(EVERYTHING)
    shown = of_kind(objects, "ConfigMap", "dashboard")["data"]["finops-enforcer.json"]
    assert json.loads(shown) == json.loads((CHART / "files" / "dashboard.json").read_text(encoding="utf-8"))
    rules = yaml.safe_load((CHART / "files" / "rules.yaml").read_text(encoding="utf-8"))
    assert of_kind(objects, "PrometheusRule")["spec"] == rules


@pytest.mark.cluster
def test_the_api_server_takes_everything_under_restricted_pod_security(
    cluster: LocalCluster, render: Callable[..., list[dict[str, Any]]], crd: str
) -> None:
    objects = [item for item in render(f"{EVERYTHING},{OTHER_CLUSTERS}") if item["kind"] not in KINDS_OF_OTHERS]
    namespace = of_kind(objects, "Namespace")
    kubectl(cluster, "apply", "--server-side", "-f", "-", text=yaml.safe_dump(namespace))
    try:
        rest = [item for item in objects if item["kind"] != "Namespace"]
        said = kubectl(cluster, "apply", "--server-side", "--dry-run=server", "-f", "-", text=yaml.safe_dump_all(rest))
        assert len(said.splitlines()) == len(rest)
        pods = [pod_of(number, item) for number, item in enumerate(rest) if "template" in item.get("spec", {})]
        # A Deployment whose pods are refused is itself taken: the pods are what counts.
        kubectl(cluster, "apply", "--server-side", "--dry-run=server", "-f", "-", text=yaml.safe_dump_all(pods))
        assert len(pods) == 4
    finally:
        kubectl(cluster, "delete", "namespace", "fe", "--wait=false")
