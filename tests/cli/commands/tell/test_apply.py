"""`finops apply` as people and pipelines type it, on a real API server. What will happen is told without a worker."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from deployments import create_ready, deployment
from patience import PATIENCE_SECONDS
from services import Service

from localcluster import LocalCluster

pytestmark = pytest.mark.cluster

MORE_THAN_GOES_UNASKED = 21
FEW = 3


@pytest.fixture
def service(cluster: LocalCluster, tmp_path: Path) -> Service:
    return Service(cluster.kubeconfig, tmp_path, cluster="applying")


def fill(cluster: LocalCluster, namespace: str, count: int) -> None:
    create_ready(cluster.objects, *(deployment(namespace, f"app-{number}", replicas=1) for number in range(count)))


def write(tmp_path: Path, namespace: str, mode: str = "Enforce") -> str:
    """A policy whose window always runs."""
    path = tmp_path / "nights.yaml"
    path.write_text(f"""
apiVersion: finops.io/v1alpha1
kind: EnforcementPolicy
metadata: {{name: nights}}
spec:
  mode: {mode}
  scope: {{namespaces: {{include: ["{namespace}", "{namespace}x"]}}}}
  schedule: {{timeZone: Europe/Berlin, asleep: [{{from: Mon-Sun 00:00, to: "24:00"}}]}}
  cooldownWindow: 0.001s
""")
    return str(path)


def stored(service: Service) -> list[str]:
    return sorted(path.stem for path in (service.state.path / "policies").glob("*.yaml"))


def type_in_a_terminal(service: Service, answer: str, *arguments: str) -> tuple[int, str]:
    """The exit code and all that was shown, on a terminal where the question is answered."""
    terminal, theirs = pty.openpty()
    command = [sys.executable, "-m", "cli", *arguments]
    typed = subprocess.Popen(command, env=service.environment, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown = b""
    while chunk := _read(terminal):
        shown += chunk
        if answer and b"Go on?" in shown:
            os.write(terminal, f"{answer}\n".encode())
            answer = ""
    os.close(terminal)
    return typed.wait(timeout=PATIENCE_SECONDS), shown.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # Linux's way to say that the other end is closed
        return b""


def test_a_pipeline_may_not_put_more_than_twenty_to_sleep_without_saying_yes(
    service: Service, cluster: LocalCluster, namespace: str, tmp_path: Path
) -> None:
    fill(cluster, namespace, MORE_THAN_GOES_UNASKED)
    path = write(tmp_path, namespace)
    refused = service.run("apply", path, succeeds=False)
    assert (refused.returncode, stored(service)) == (2, [])
    assert f"{MORE_THAN_GOES_UNASKED} more Deployments go to sleep" in refused.stderr
    assert "say --yes" in refused.stderr
    service.run("apply", path, "--yes")
    assert stored(service) == ["nights"]


def test_a_pipeline_may_put_a_few_to_sleep(
    service: Service, cluster: LocalCluster, namespace: str, tmp_path: Path
) -> None:
    fill(cluster, namespace, FEW)
    shown = service.run("apply", write(tmp_path, namespace)).stdout
    assert f"{FEW} Deployments go to sleep as soon as a worker has read it" in shown
    assert "`finops hold`" in shown
    assert stored(service) == ["nights"]


def test_in_a_terminal_it_asks_and_no_means_no(
    service: Service, cluster: LocalCluster, namespace: str, tmp_path: Path
) -> None:
    fill(cluster, namespace, FEW)
    path = write(tmp_path, namespace)
    code, shown = type_in_a_terminal(service, "n", "apply", path)
    assert (code, stored(service)) == (1, [])
    assert "nothing was changed" in shown
    code, shown = type_in_a_terminal(service, "y", "apply", path)
    assert (code, stored(service)) == (0, ["nights"])


def test_a_dry_run_tells_the_same_and_writes_nothing(
    service: Service, cluster: LocalCluster, namespace: str, tmp_path: Path
) -> None:
    fill(cluster, namespace, FEW)
    path = write(tmp_path, namespace)
    told = service.run("apply", path, "--dry-run").stdout.splitlines()
    assert stored(service) == []
    applied = service.run("apply", path).stdout.splitlines()
    alike = [line for line in applied if line in told]
    assert alike == applied[: len(alike)]
    assert applied[len(alike) :] == ["policy nights (Enforce) created"]


def test_a_change_is_shown_as_a_diff_and_what_is_unchanged_in_a_line(
    service: Service, cluster: LocalCluster, namespace: str, tmp_path: Path
) -> None:
    fill(cluster, namespace, FEW)
    service.run("apply", write(tmp_path, namespace, mode="DryRun"))
    assert (
        "policy nights is in force as it is: unchanged"
        in service.run("apply", write(tmp_path, namespace, mode="DryRun")).stdout
    )
    changed = service.run("apply", write(tmp_path, namespace)).stdout.splitlines()
    assert "nights: Enforce (was DryRun), changed" in changed
    assert {"-  mode: DryRun", "+  mode: Enforce"} <= set(changed)


def test_programs_are_told_all_of_it(service: Service, cluster: LocalCluster, namespace: str, tmp_path: Path) -> None:
    fill(cluster, namespace, FEW)
    told = service.ask("apply", write(tmp_path, namespace), "--dry-run")
    (forecast,) = told["forecasts"]
    assert (told["novelties"], forecast["pauses"], forecast["held"]) == ({"nights": "created"}, FEW, 0)
    assert [each["pattern"] for each in forecast["unmet"]] == [f"{namespace}x"]
    assert told["more"] == [f"{namespace}/app-{number}" for number in range(FEW)]
    assert told["consent"]["tooMuch"] == ""
