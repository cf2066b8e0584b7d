"""`finops policies`, and what `status` and the log say of a dry run, beside a running `finops run`."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from deployments import create_ready, deployment, wait_for
from services import Service, enforcing, quiet_service

from localcluster import LocalCluster

pytestmark = [pytest.mark.cluster, pytest.mark.temporal]


@pytest.fixture(scope="module")
def service(cluster: LocalCluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One `finops run` with one policy in DryRun, whose first run is over."""
    namespace = "in-force"
    cluster.objects.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
    create_ready(cluster.objects, deployment(namespace, "web"))
    with quiet_service(cluster.kubeconfig, tmp_path_factory.mktemp("service"), "in-force") as made:
        # A Deployment counts as touched for a second, so the second run is the one that finds it.
        made.apply(enforcing("idle", namespace).replace("mode: Enforce", "mode: DryRun"))
        wait_for(lambda: judged(made) is not None, what="a run")
        made.apply(enforcing("idle", namespace, resume_after="1h").replace("mode: Enforce", "mode: DryRun"))
        wait_for(lambda: (judged(made) or {}).get("wouldPause") == 1, what="a run that finds it")
        yield made
    cluster.objects.delete(f"/apis/apps/v1/namespaces/{namespace}/deployments")


def judged(service: Service) -> dict[str, object] | None:
    """The last run of the policy that judged anything."""
    policies = service.ask("policies")["policies"]
    run = policies[0]["lastRun"] if policies else None
    return None if run is None else run["lastJudged"]


def test_a_policy_in_force_is_told_with_its_scope_its_window_and_its_last_run(service: Service) -> None:
    (policy,) = service.ask("policies")["policies"]
    assert (policy["name"], policy["mode"], policy["scope"], policy["asleep"]) == ("idle", "DryRun", "in-force", 0)
    assert policy["window"] == {"start": None, "end": None, "reason": ""}
    assert policy["lastRun"]["dryRun"]
    assert policy["changed"]["at"] is not None
    assert "idle.yaml" in policy["changed"]["by"]
    shown = service.run("policies").stdout
    assert "idle: would pause 1 now" in shown
    assert "Dry run: 1 of" in shown


def test_after_a_night_in_dry_run_status_says_what_would_have_been_done(service: Service) -> None:
    assert "1 policy in force: idle (DryRun), would pause 1 now" in service.run("status").stdout


def test_the_log_of_finops_run_has_a_line_for_each_run(service: Service) -> None:
    lines = [line for line in service.log.read_text().splitlines() if "policy idle: Dry run: 1 of" in line]
    assert lines
    assert all(line.endswith(".") for line in lines)  # and nothing of the SDK's behind the sentence


def test_one_policy_is_told_with_its_runs_their_reasons_and_their_pages(service: Service) -> None:
    told = service.ask("policies", "idle", "--runs", "2")
    assert len(told["runs"]) == 2
    latest = told["runs"][0]
    assert latest["decisions"]["Pause"] == 1
    server = service.state.read_server()
    assert server is not None
    assert latest["page"].startswith(f"{server.ui_url}/namespaces/default/workflows/enforce%2Fin-force%2Fidle")
    shown = service.run("policies", "idle").stdout
    assert "1 may be paused" in shown
    assert latest["page"] in shown


def test_a_policy_that_is_not_there_is_answered_with_those_that_are(service: Service) -> None:
    refused = service.run("policies", "idel", succeeds=False)
    assert "there is no policy 'idel'" in refused.stderr
    assert "in force are: idle" in refused.stderr


def test_without_temporal_the_documents_are_told_and_what_is_not_known(service: Service) -> None:
    told = service.run("policies", TEMPORAL_ADDRESS="127.0.0.1:1").stdout
    assert "Temporal cannot be asked, so runs and holds are not known" in told
    assert "in-force" in told


def test_where_the_documents_cannot_be_read_their_schedules_tell_their_names(service: Service, tmp_path: Path) -> None:
    told = service.run("policies", FINOPS_POLICIES=str(tmp_path / "nowhere")).stdout
    assert "so modes, scopes and windows are not known" in told
    assert "idle: what it would do is not known" in told


def test_before_anything_was_applied_it_is_said_how_a_policy_is_put_in_force(tmp_path: Path) -> None:
    fresh = Service(tmp_path / "none", tmp_path, cluster="fresh", TEMPORAL_ADDRESS="127.0.0.1:1")
    told = fresh.run("policies").stdout
    assert "no policy is in force" in told
    assert "finops apply FILE" in told
    assert "cannot be read" not in told
