"""`finops costs`, and what the other commands say of costs, with a server in OpenCost's place."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from deployments import create_ready, deployment, replicas_of, wait_for
from fakeopencost import FakeOpenCost
from services import Service, enforcing

from localcluster import LocalCluster

pytestmark = pytest.mark.cluster


@pytest.fixture
def opencost(namespace: str) -> Iterator[FakeOpenCost]:
    """It knows three of four Deployments, each of one core and one GiB."""
    rows = [{"namespace": namespace, "name": name, "gib": 1} for name in ("web", "asleep", "expensive")]
    with FakeOpenCost(more=rows) as running:
        yield running


@pytest.fixture
def service(cluster: LocalCluster, tmp_path: Path, opencost: FakeOpenCost, namespace: str) -> Service:
    """Commands of somebody with that OpenCost, and a state folder."""
    create_ready(
        cluster.objects,
        deployment(namespace, "web", replicas=2),
        deployment(namespace, "asleep", replicas=0),
        deployment(namespace, "expensive", replicas=20),
        deployment(namespace, "unknown", replicas=1),
    )
    (tmp_path / "state").mkdir()
    return Service(cluster.kubeconfig, tmp_path, cluster="costs", FINOPS_OPENCOST_URL=opencost.url)


def costs_of(service: Service, namespace: str) -> dict[str, dict[str, Any]]:
    """The rows of `finops costs` by name."""
    return {row["name"]: row for row in service.ask("costs", "--namespace", namespace)["deployments"]}


def test_costs_has_a_row_for_every_deployment_with_what_is_believed_and_why_not(
    service: Service, namespace: str
) -> None:
    rows = costs_of(service, namespace)
    assert set(rows) == {"web", "asleep", "expensive", "unknown"}
    assert rows["web"] == {
        "namespace": namespace,
        "name": "web",
        "hourlyCost": pytest.approx(0.031611 + 0.004237, rel=1e-3),
        "currency": "USD",
        "source": "OpenCost",
        "valid": True,
        "reason": "",
    }
    assert (rows["asleep"]["hourlyCost"], rows["asleep"]["valid"]) == (0, True)
    assert (rows["unknown"]["hourlyCost"], rows["unknown"]["valid"]) == (None, False)
    assert rows["unknown"]["reason"].startswith("NoRow: it runs and OpenCost has no row for it")
    assert rows["expensive"]["reason"].startswith("OpinionsDiffer: OpenCost says 0.0358")


def test_costs_for_people_shows_the_second_opinion_and_the_sum(service: Service, namespace: str) -> None:
    shown = service.run("costs", "--namespace", namespace).stdout
    assert "Price list/h" in shown
    assert "4 Deployments, together 0.0358 USD an hour" in shown
    assert "the cost of 2 is unknown" in shown


def test_while_opencost_lies_the_figures_of_before_are_shown_as_stale_and_pause_nothing(
    service: Service, opencost: FakeOpenCost, namespace: str, tmp_path: Path
) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text(enforcing("idle", namespace, cooldown="0.001s"))
    (good,) = service.ask("plan", str(policy))["policies"]
    assert good["counts"]["Pause"] == 1
    opencost.samples = ["empty"]
    made = service.ask("plan", str(policy))
    assert "Pause" not in made["policies"][0]["counts"]
    assert any("is Prometheus up" in unknown for unknown in made["unknowns"])
    assert "stale: 0.0358 USD" in service.run("plan", str(policy), "--all").stdout
    web = costs_of(service, namespace)["web"]
    assert (web["hourlyCost"], web["valid"]) == (pytest.approx(0.035848, rel=1e-3), False)
    assert web["reason"].startswith("NoData: ")
    assert (
        "stale: 0.0358 USD/h (OpenCost) until"
        in service.run("explain", f"{namespace}/web", "--policy", str(policy)).stdout
    )


def test_explain_shows_both_opinions_in_its_evidence(service: Service, namespace: str, tmp_path: Path) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text(enforcing("idle", namespace, cooldown="0.001s"))
    explained = service.ask("explain", f"{namespace}/web", "--policy", str(policy))
    evidence = explained["policies"][0]["decision"]["evidence"]
    assert evidence["hourly cost"].startswith("0.0358 USD/h (OpenCost), good until 20")
    assert evidence["second opinion"] == "0.0358 USD/h (price list)"
    shown = service.run("explain", f"{namespace}/unknown", "--policy", str(policy)).stdout
    assert "cost: unknown (NoRow)" in shown
    assert "second opinion: " in shown


@pytest.mark.parametrize("command", ["costs", "plan", "explain", "doctor"])
def test_a_command_asks_a_dead_opencost_once_and_says_what_a_worker_does_meanwhile(
    service: Service, opencost: FakeOpenCost, namespace: str, tmp_path: Path, command: str
) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text(enforcing("idle", namespace, cooldown="0.001s"))
    arguments = {"plan": [str(policy)], "explain": [f"{namespace}/web", "--policy", str(policy)]}.get(command, [])
    opencost.samples = ["gateway"]
    shown = service.run(command, *arguments, succeeds=command != "doctor")
    assert len(opencost.asked) == 1
    assert "OpenCost at http://127.0.0.1" in shown.stdout
    assert "acts on the last answer it was given until that is 5 min old" in " ".join(shown.stdout.split())


def test_plan_says_until_when_an_answer_is_good(service: Service, namespace: str, tmp_path: Path) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text(enforcing("idle", namespace, cooldown="0.001s"))
    assert "OpenCost's answer to this command is good until" in service.run("plan", str(policy)).stdout


def test_doctor_says_what_the_source_answered(service: Service, opencost: FakeOpenCost) -> None:
    good = check_of_costs(service.ask("doctor"))
    assert "9 rows in 5 namespaces, 7 of them of Deployments: 6 believed, 1 TooShort" in good["sentence"]
    assert "OpenCost's answer to this command is good until" in good["sentence"]
    opencost.samples = ["empty"]
    bad = check_of_costs(service.ask_anyway("doctor"))
    assert (bad["level"], "NoData" in bad["sentence"]) == ("fail", True)


def check_of_costs(report: Any) -> dict[str, str]:
    check: dict[str, str]
    (check,) = [each for each in report["checks"] if each["subject"] == "costs"]
    return check


def test_settings_reach_the_question(
    cluster: LocalCluster, opencost: FakeOpenCost, namespace: str, tmp_path: Path
) -> None:
    create_ready(cluster.objects, deployment(namespace, "web"))
    settings = {"FINOPS_OPENCOST_NAMESPACES": "dev-*", "FINOPS_OPENCOST_CLUSTER": "two"}
    asking = Service(cluster.kubeconfig, tmp_path, cluster="costs", FINOPS_OPENCOST_URL=opencost.url, **settings)
    assert costs_of(asking, namespace)["web"]["reason"].startswith("NoData: ")
    asked = parse_qs(urlsplit(opencost.asked[-1].target).query)
    assert asked["filter"] == ['namespace<~:"dev-"']
    assert asked["aggregate"] == ["cluster,namespace,controllerKind,controller"]


def test_without_opencost_the_price_list_speaks_for_itself(
    cluster: LocalCluster, namespace: str, tmp_path: Path
) -> None:
    service = Service(cluster.kubeconfig, tmp_path, cluster="costs")
    create_ready(cluster.objects, deployment(namespace, "web"), deployment(namespace, "free", cpu=None, memory=None))
    rows = costs_of(service, namespace)
    assert (rows["web"]["source"], rows["web"]["valid"]) == ("price list", True)
    assert rows["free"]["reason"].startswith("NoRequests: its containers request nothing")
    assert "Price list/h" not in service.run("costs", "--namespace", namespace).stdout


@pytest.mark.temporal
def test_while_opencost_hangs_nobody_is_paused_and_a_wake_does_not_wait_for_it(
    cluster: LocalCluster, opencost: FakeOpenCost, namespace: str, tmp_path: Path
) -> None:
    create_ready(cluster.objects, deployment(namespace, "web"), deployment(namespace, "sleeper"))
    running = Service(cluster.kubeconfig, tmp_path, cluster="hanging", FINOPS_OPENCOST_URL=opencost.url).start()
    try:
        running.run("pause", f"{namespace}/sleeper", "--for", "1h")
        opencost.samples = ["hangs"]
        asked = len(opencost.asked)
        running.apply(enforcing("idle", namespace, cooldown="0.001s"))
        wait_for(lambda: len(opencost.asked) > asked, what="a run of the policy")
        running.run("resume", f"{namespace}/sleeper")
        assert replicas_of(cluster.objects, namespace, "sleeper") == 3
        assert replicas_of(cluster.objects, namespace, "web") == 3
    finally:
        running.stop()
