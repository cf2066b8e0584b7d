"""Several workloads in one command, and a question where the document is."""

import json
from collections.abc import Iterator

import pytest
from deployments import create_ready, deployment, replicas_of, wait_for
from services import Service, quiet_service

from activities.errors import Call, Denied, Unreachable
from cli.console import Terminal
from cli.errors import NeedsYes
from cli.several import answer_each
from localcluster import LocalCluster
from operations.errors import NotThere, UsageProblem
from policies.keys import WorkloadKey

A, B, C = (WorkloadKey("dev", name) for name in "abc")
CALL = Call("GET", "/apis", "https://here")


def answering(*failures: Exception | None) -> tuple[list[str], dict[str, str]]:
    """Ask for as many as there are failures; None is one that answers."""
    met = dict(zip((A, B, C), failures, strict=False))

    def answer(key: WorkloadKey) -> str:
        error = met[key]
        if error is not None:
            raise error
        return str(key)

    return answer_each(Terminal(), list(met), answer)


def test_one_failure_hides_no_other_answer(capsys: pytest.CaptureFixture[str]) -> None:
    assert answering(None, NotThere("dev/b: it is gone"), None) == (["dev/a", "dev/c"], {"dev/b": "it is gone"})
    assert capsys.readouterr().out == "dev/b: it is gone\n"


def test_a_right_that_is_missing_in_one_place_is_no_reason_not_to_ask_for_the_others() -> None:
    assert answering(Denied(CALL, status=403), None)[0] == ["dev/b"]


@pytest.mark.parametrize(
    "error",
    [UsageProblem("no instance"), Unreachable(CALL, "refused"), ZeroDivisionError()],
    ids=lambda each: type(each).__name__,
)
def test_what_would_meet_all_of_them_or_was_not_foreseen_ends_the_command(error: Exception) -> None:
    with pytest.raises(type(error)):
        answering(error, None)


def test_one_alone_fails_as_it_always_did() -> None:
    with pytest.raises(NotThere):
        answering(NotThere("gone"))


def test_nobody_is_asked_where_the_document_came_from() -> None:
    terminal = Terminal()
    terminal.stdin_is_taken = True
    with pytest.raises(NeedsYes, match="so nobody can be asked: say --yes if you mean it"):
        terminal.confirm("12 will be paused.", yes=False)
    terminal.confirm("12 will be paused.", yes=True)


@pytest.fixture(scope="module")
def service(cluster: LocalCluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with quiet_service(cluster.kubeconfig, tmp_path_factory.mktemp("several"), cluster="several") as made:
        yield made


@pytest.mark.cluster
@pytest.mark.temporal
def test_several_are_paused_explained_looked_up_kept_awake_and_woken_each_for_itself(
    service: Service, cluster: LocalCluster, namespace: str
) -> None:
    create_ready(cluster.objects, deployment(namespace, "web"), deployment(namespace, "api"))
    these = ("-n", namespace, "web", "nobody", "deploy/api")
    missing = f"there is no Deployment {namespace}/nobody"

    paused = service.run("pause", *these, "--for", "1h", succeeds=False)
    assert paused.stdout.count("asleep until") == 2
    assert missing in paused.stdout
    assert "1 of 3 could not be paused" in paused.stderr
    assert {replicas_of(cluster.objects, namespace, name) for name in ("web", "api")} == {0}

    explained = json.loads(service.run("explain", *these, "-o", "json", succeeds=False).stdout)
    assert [each["deployment"] for each in explained["items"]] == [f"{namespace}/web", f"{namespace}/api"]
    assert missing in explained["failed"][f"{namespace}/nobody"]
    assert service.ask("explain", "-n", namespace, "web")["asleep"]

    shown = service.run("history", "-n", namespace, "web", "api").stdout
    assert shown.count("Sleeps, newest first") == 2

    woken = service.run("wake", *these, succeeds=False)
    assert woken.stdout.count(": awake") == 2
    assert "1 of 3 could not be woken" in woken.stderr
    wait_for(lambda: replicas_of(cluster.objects, namespace, "api") == 3, what="the second one")

    kept = json.loads(service.run("keep-awake", *these, "--for", "1h", "-o", "json", succeeds=False).stdout)
    assert kept["keptAwake"] == [f"{namespace}/web", f"{namespace}/api"]
    assert list(kept["failed"]) == [f"{namespace}/nobody"]


@pytest.mark.cluster
@pytest.mark.temporal
def test_several_are_woken_without_temporal(service: Service, cluster: LocalCluster, namespace: str) -> None:
    create_ready(cluster.objects, deployment(namespace, "web"), deployment(namespace, "api"))
    service.run("pause", "-n", namespace, "web", "api", "--for", "1h")
    woken = service.run("wake", "-n", namespace, "web", "nobody", "api", "--direct", succeeds=False)
    assert woken.stdout.count("awake with 3 replicas") == 2
    assert "1 of 3 could not be woken" in woken.stderr
