"""`finops backtest` as a person types it: a real API server, a real Prometheus, a month that is over."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from deployments import deployment
from idleactors import END, NAMESPACE
from idlecast import CAST
from idlemonth import Month, remembered
from services import Service

from localcluster import LocalCluster

pytestmark = pytest.mark.cluster

MONDAY = END - timedelta(days=7)
WEEKEND = ("--from", str(MONDAY.date() - timedelta(days=2)), "--to", MONDAY.replace(hour=12).isoformat())
NAMES = ("probe-only", "busy-by-day")
POLICY = f"""\
apiVersion: finops.io/v1alpha1
kind: EnforcementPolicy
metadata: {{name: idle-past}}
spec:
  scope: {{namespaces: {{include: [{NAMESPACE}]}}}}
  idleWindow: 48h
"""


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Month]:
    with remembered(tmp_path_factory.mktemp("past"), [actor for actor in CAST if actor.name in NAMES]) as made:
        yield made


@pytest.fixture(scope="module")
def finops(cluster: LocalCluster, past: Month, tmp_path_factory: pytest.TempPathFactory) -> Service:
    cluster.objects.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    cluster.objects.create_all(deployment(NAMESPACE, name, replicas=1) for name in NAMES)
    folder = tmp_path_factory.mktemp("backtest")
    (folder / "strict.yaml").write_text(POLICY)
    (folder / "loose.yaml").write_text(f"{POLICY}  seasonGate: Off\n")
    return Service(cluster.kubeconfig, folder, cluster="past", FINOPS_PROMETHEUS_URL=past.server.url)


def test_it_shows_what_would_have_slept_what_that_had_avoided_and_what_was_regretted(finops: Service) -> None:
    shown = finops.run("backtest", str(finops.folder / "loose.yaml"), *WEEKEND).stdout
    assert "Policy idle-past (DryRun) from Sat 15 Nov 2025" in shown
    assert "2 pauses of 2 Deployments" in shown
    assert "regret: work fell into 1 of them (50%)" in shown
    (row,) = (line for line in shown.splitlines() if line.startswith(f"{NAMESPACE}/busy-by-day"))
    assert "CPU of 0." in row
    assert "USD avoided (estimate, price list)" in shown


def test_for_programs_it_is_json(finops: Service) -> None:
    told = finops.ask("backtest", str(finops.folder / "strict.yaml"), *WEEKEND)
    (pause,) = told["pauses"]
    assert (pause["namespace"], pause["name"], pause["regret"], pause["wokenBy"]) == (
        NAMESPACE,
        "probe-only",
        None,
        "nobody",
    )
    assert pause["because"].startswith("idle for 48h: CPU mean 0.00")
    assert (told["regrets"], told["moments"], told["deployments"]) == (0, 61, 2)
    assert told["leftAlone"] == {"NotIdle": 1}
    assert told["avoided"]["amount"] == pytest.approx(pause["avoided"])


def test_explain_shows_what_each_signal_says(finops: Service) -> None:
    shown = finops.run("explain", f"{NAMESPACE}/probe-only", "--policy", str(finops.folder / "strict.yaml")).stdout
    assert "idleness over 48h: busy, changes: it was" in shown
    assert "Kubernetes" in shown


def test_doctor_asks_prometheus(finops: Service) -> None:
    checks = {check["subject"]: check for check in finops.ask("doctor")["checks"]}
    assert checks["idleness"]["level"] == "warn"
    assert "container_cpu_usage_seconds_total" in checks["idleness"]["sentence"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("strict.yaml", "--from", "2025-11-10", "--to", "2025-11-09"), "--from must lie before --to"),
        (("strict.yaml", "--from", "last week"), "--from 'last week' is neither a day nor a time"),
        (("strict.yaml", "--from", "2999-01-01"), "--from must lie before --to, and in the past"),
        (("strict.yaml", "--every", "1m"), "--every must be at least 5m"),
        (("strict.yaml", "--from", "2020-01-01"), "choose a longer --every"),
        (("nobody",), "there is no policy and no file 'nobody'"),
    ],
    ids=["backwards", "no time", "the future", "too often", "too many", "no policy"],
)
def test_a_call_that_makes_no_sense_is_a_sentence(finops: Service, arguments: tuple[str, ...], says: str) -> None:
    named = [str(finops.folder / each) if each.endswith(".yaml") else each for each in arguments]
    done = finops.run("backtest", *named, succeeds=False)
    assert (done.returncode, says in done.stderr) == (2, True), done.stderr


def test_without_a_prometheus_there_is_no_past(cluster: LocalCluster, finops: Service, tmp_path: Path) -> None:
    bare = Service(cluster.kubeconfig, tmp_path, cluster="past")
    done = bare.run("backtest", str(finops.folder / "strict.yaml"), succeeds=False)
    assert "FINOPS_PROMETHEUS_URL" in done.stderr
