"""The commands beside a running `finops run`, as a user types them."""

import asyncio
import json
import os
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from deployments import (
    annotations_of,
    autoscaler,
    create_ready,
    deployment,
    is_observed,
    path_of,
    replicas_of,
    wait_for,
)
from ids import id_of
from services import Service, enforcing, quiet_service
from temporalio.client import Client

from localcluster import LocalCluster
from policies.names import CHECK, policy_schedule_id

pytestmark = [pytest.mark.cluster, pytest.mark.temporal]


@pytest.fixture(scope="module")
def service(cluster: LocalCluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One `finops run` for all of these tests."""
    with quiet_service(cluster.kubeconfig, tmp_path_factory.mktemp("service"), "cli") as made:
        yield made


@pytest.fixture
def shop(cluster: LocalCluster, namespace: str) -> str:
    """A namespace with two Deployments, old enough for a cooldown of a second."""
    create_ready(cluster.objects, deployment(namespace, "web", replicas=3), deployment(namespace, "api", replicas=2))
    return namespace


def states(service: Service, namespace: str) -> dict[str, str]:
    shown = service.ask("status", "--namespace", namespace)
    return {row["name"]: row["phase"] for row in shown["hibernations"]}


def apply_and_wait(service: Service, namespace: str, name: str, cluster: LocalCluster) -> None:
    service.apply(enforcing(name, namespace))
    wait_for(lambda: asleep(cluster, namespace) == {"web", "api"}, what="both to sleep")


def asleep(cluster: LocalCluster, namespace: str) -> set[str]:
    return {name for name in ("web", "api") if replicas_of(cluster.objects, namespace, name) == 0}


def counts(cluster: LocalCluster, namespace: str) -> dict[str, int]:
    return {name: replicas_of(cluster.objects, namespace, name) for name in ("web", "api")}


def test_an_applied_policy_pauses_and_a_resume_gives_back(service: Service, cluster: LocalCluster, shop: str) -> None:
    apply_and_wait(service, shop, "first", cluster)
    wait_for(lambda: states(service, shop) == {"web": "asleep", "api": "asleep"}, what="status to show it")
    done = service.run("resume", f"{shop}/web", "--wait", "--reason", "a demo")
    assert f"{shop}/web: awake" in done.stdout
    assert counts(cluster, shop) == {"web": 3, "api": 0}
    assert "awake already" in service.run("resume", f"{shop}/web").stdout
    service.run("resume", "--namespace", shop, "--yes", "--wait")
    assert counts(cluster, shop) == {"web": 3, "api": 2}
    service.run("delete", "first", "--yes")


def test_a_policy_that_is_deleted_wakes_what_sleeps_under_it(
    service: Service, cluster: LocalCluster, shop: str
) -> None:
    apply_and_wait(service, shop, "second", cluster)
    refused = service.run("delete", "second", succeeds=False)
    assert (refused.returncode, asleep(cluster, shop)) == (2, {"web", "api"})
    done = service.run("delete", "second", "--yes")
    assert "second: 2 asleep: 2 will wake" in done.stdout
    wait_for(lambda: counts(cluster, shop) == {"web": 3, "api": 2}, what="both to wake")


def test_a_pruned_policy_hands_its_sleepers_over_and_a_narrowed_one_wakes_them(
    service: Service, cluster: LocalCluster, shop: str, tmp_path: Path
) -> None:
    apply_and_wait(service, shop, "third", cluster)
    (tmp_path / "third.yaml").write_text(enforcing("third", "nowhere"))
    foreseen = service.run("apply", str(tmp_path), "--dry-run").stdout
    assert "third: 2 asleep: 2 will wake" in foreseen
    assert asleep(cluster, shop) == {"web", "api"}
    service.run("apply", str(tmp_path))
    wait_for(lambda: counts(cluster, shop) == {"web": 3, "api": 2}, what="both to wake")
    (tmp_path / "third.yaml").unlink()
    (tmp_path / "fourth.yaml").write_text(enforcing("fourth", "nowhere"))
    pruned = service.ask("apply", str(tmp_path), "--prune", "--yes")
    assert (pruned["applied"], pruned["removed"]) == (["fourth"], ["third"])
    service.run("delete", "fourth", "--yes")


def test_nothing_is_applied_where_one_of_several_is_wrong(service: Service, tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(enforcing("good", "nowhere"))
    (tmp_path / "bad.yaml").write_text(enforcing("bad", "nowhere").replace("mode:", "modus:"))
    done = service.run("apply", str(tmp_path), succeeds=False)
    assert 'did you mean "mode"' in done.stderr
    assert not (service.state.policies / "good.yaml").exists()


def test_a_zone_that_temporal_does_not_know_is_refused_before_anything_is_written(
    service: Service, tmp_path: Path
) -> None:
    known_here = tmp_path / "zones" / "Mars"
    known_here.mkdir(parents=True)
    tzdata = files("tzdata") / "zoneinfo" / "Europe" / "Berlin"
    (known_here / "Olympus").write_bytes(tzdata.read_bytes())
    schedule = "  schedule: {timeZone: Mars/Olympus, asleep: [{from: 'Mon 20:00', to: '22:00'}]}\n"
    (tmp_path / "mars.yaml").write_text(enforcing("mars", "nowhere") + schedule)
    done = service.run("apply", str(tmp_path / "mars.yaml"), succeeds=False, PYTHONTZPATH=str(tmp_path / "zones"))
    assert "policy mars: Temporal does not take its times" in done.stderr
    assert "mars" not in done.stdout
    assert not (service.state.policies / "mars.yaml").exists()


def test_a_schedule_that_somebody_paused_is_named_by_status_and_apply(service: Service, tmp_path: Path) -> None:
    path = tmp_path / "quiet.yaml"
    path.write_text(enforcing("quiet", "nowhere"))
    service.run("apply", str(path))
    asyncio.run(pause_schedule(service, policy_schedule_id("cli", "quiet")))
    sentence = "the Schedule of policy quiet is paused (not now)"
    assert sentence in service.run("status").stdout
    assert sentence in service.run("apply", str(path)).stderr
    service.run("delete", "quiet", "--yes")


async def pause_schedule(service: Service, schedule_id: str) -> None:
    """As somebody does in Temporal's UI."""
    server = service.state.read_server()
    assert server is not None
    client = await Client.connect(server.address)
    await client.get_schedule_handle(schedule_id).pause(note="not now")


def test_status_says_since_when_until_when_why_and_by_whom_one_is_awake(
    service: Service, cluster: LocalCluster, shop: str
) -> None:
    service.run("pause", f"{shop}/web", "--for", "1h")
    service.run("resume", f"{shop}/web", "--for", "2h", "--reason", "a demo", "--wait")
    service.run("keep-awake", f"{shop}/api", "--for", "1h")
    rows = {row["name"]: row for row in service.ask("status", "--namespace", shop)["hibernations"]}
    carried = {name: annotations_of(cluster.objects, shop, name) for name in ("web", "api")}
    for name, row in rows.items():
        assert (row["since"], row["awakeUntil"]) == (carried[name]["resumed-at"], carried[name]["awake-until"])
    assert (rows["web"]["because"], rows["web"]["reason"], rows["api"]["because"]) == ("person", "a demo", "keep-awake")
    assert rows["web"]["by"] == rows["api"]["by"] == carried["web"]["awake-by"]
    shown = service.run("status", "--namespace", shop).stdout
    assert f"{rows['web']['by']} woke it: a demo" in shown
    assert f"{rows['api']['by']} keeps it awake" in shown


def test_only_one_that_is_named_alone_is_kept_awake_for_shorter_than_before_and_that_is_said(
    service: Service, cluster: LocalCluster, shop: str
) -> None:
    service.run("keep-awake", f"{shop}/web", "--for", "4h")
    wait_for(lambda: "awake-until" in annotations_of(cluster.objects, shop, "web"), what="its note")
    first = annotations_of(cluster.objects, shop, "web")
    all_of_it = service.run("keep-awake", "--namespace", shop, "--for", "1h").stdout
    assert f"{shop}/web: kept awake until " in all_of_it
    assert f"by {first['awake-by']} already, which is longer" in all_of_it
    assert (
        f"{shop}/web: awake already, and not paused before"
        in service.run("resume", f"{shop}/web", "--for", "1h").stdout
    )
    assert annotations_of(cluster.objects, shop, "web") == first
    named = json.loads(service.run("keep-awake", f"{shop}/web", "--for", "2h", "-o", "json").stdout)
    assert (list(named["shortened"]), named["longer"]) == ([f"{shop}/web"], {})
    assert annotations_of(cluster.objects, shop, "web")["awake-until"][:19] == named["until"][:19]
    shown = service.run("keep-awake", f"{shop}/web", "--for", "1h").stdout
    assert f"{shop}/web: was kept awake until " in shown
    assert f"by {first['awake-by']}; now until " in shown


def test_a_pause_by_hand_ends_what_was_to_keep_it_awake(service: Service, cluster: LocalCluster, shop: str) -> None:
    service.run("keep-awake", f"{shop}/web", "--for", "4h")
    service.run("pause", f"{shop}/web", "--for", "1h")
    carried = annotations_of(cluster.objects, shop, "web")
    assert carried["awake-until"] == carried["paused-at"]


def test_a_pause_by_hand_sleeps_can_be_prolonged_and_ends_with_a_resume(
    service: Service, cluster: LocalCluster, shop: str
) -> None:
    shown = service.run("pause", f"{shop}/web", "--for", "1h").stdout
    assert f"{shop}/web: asleep until" in shown
    assert counts(cluster, shop) == {"web": 0, "api": 2}
    first = annotations_of(cluster.objects, shop, "web")
    service.run("pause", "-n", shop, "deployment/web", "--for", "2h")
    longer = annotations_of(cluster.objects, shop, "web")
    assert longer["resume-at"] > first["resume-at"]
    assert (longer["paused-by"], longer["pause-id"]) == ("manual", first["pause-id"])
    service.run("resume", f"{shop}/web", "--for", "3h", "--wait")
    service.run("pause", f"{shop}/web", "--for", "1h")
    assert counts(cluster, shop)["web"] == 0
    service.run("resume", "deploy/web", "-n", shop, "--wait")
    assert service.ask("resume", "--namespace", shop, "--yes") == {"results": []}


def test_a_pause_by_hand_is_asserted_again_where_an_hpa_overwrites_it(
    service: Service, cluster: LocalCluster, shop: str
) -> None:
    cluster.objects.create(autoscaler(shop, "web", 2, 6))
    service.run("pause", f"{shop}/web", "--for", "1h")
    cluster.objects.patch(f"{path_of(shop, 'web')}/scale", {"spec": {"replicas": 4}})
    wait_for(lambda: is_observed(cluster.objects, shop, "web"))
    asyncio.run(check(service, id_of("cli", shop, "web")))
    wait_for(lambda: counts(cluster, shop)["web"] == 0, what="the re-assert")
    service.run("resume", f"{shop}/web", "--wait")
    assert counts(cluster, shop)["web"] == 4


async def check(service: Service, workflow_id: str) -> None:
    """What a reconciliation sends where a count is raised."""
    server = service.state.read_server()
    assert server is not None
    client = await Client.connect(server.address)
    await client.get_workflow_handle(workflow_id).signal(CHECK)


@pytest.mark.parametrize(
    ("annotations", "replicas", "reason"),
    [({"finops.io/exclude": "true"}, 1, "Excluded"), ({}, 0, "AtZero"), ({"finops.io/exclude": "x"}, 1, "Invalid")],
    ids=["excluded", "at zero", "unreadable"],
)
def test_a_pause_by_hand_obeys_what_also_binds_a_person(
    annotations: dict[str, str], replicas: int, reason: str, service: Service, cluster: LocalCluster, namespace: str
) -> None:
    create_ready(cluster.objects, deployment(namespace, "web", replicas=replicas, annotations=annotations))
    done = service.run("pause", f"{namespace}/web", "--for", "1h", succeeds=False)
    assert f"({reason}" in done.stderr
    assert replicas_of(cluster.objects, namespace, "web") == replicas


def test_a_hold_is_the_first_line_of_status_and_refuses_pauses(
    service: Service, cluster: LocalCluster, shop: str
) -> None:
    service.run("hold", "--reason", "incident 7")
    try:
        assert "HOLD" in service.run("status").stdout.splitlines()[0]
        assert "incident 7" in service.run("status").stdout
        refused = service.run("pause", f"{shop}/web", "--for", "1h", succeeds=False)
        assert "a hold is on" in refused.stderr
    finally:
        service.run("release")
    assert service.ask("status")["hold"] is None


def test_a_mistyped_namespace_fails_where_something_is_to_be_done_and_is_noted_where_it_is_asked_about(
    service: Service, shop: str
) -> None:
    said = f"there is no Deployment in namespace {shop}x; did you mean {shop}?"
    for act in (("resume", "--yes"), ("resume", "--yes", "--direct"), ("keep-awake", "--for", "1h")):
        failed = service.run(*act, "-n", f"{shop}x", succeeds=False)
        assert (failed.returncode, said in failed.stderr) == (1, True), failed.stderr
    for ask in ("status", "costs", "savings", "plan"):
        assert said in service.run(ask, "-n", f"{shop}x").stderr


def test_keep_awake_is_written_on_the_workload_and_wakes_a_sleeper(
    service: Service, cluster: LocalCluster, shop: str
) -> None:
    service.run("pause", f"{shop}/api", "--for", "1h")
    shown = service.run("keep-awake", "--namespace", shop, "--for", "4h").stdout
    assert f"{shop}/api: it was asleep and is being woken; not paused before" in shown
    assert f"{shop}/web: not paused before" in shown
    assert "those that come later are not covered" in shown
    wait_for(lambda: counts(cluster, shop) == {"web": 3, "api": 2}, what="the sleeper to wake")
    for name in ("web", "api"):
        wait_for(lambda name=name: "awake-until" in annotations_of(cluster.objects, shop, name), what=name)  # type: ignore[misc]


def sleeper(namespace: str, name: str, **changes: str) -> dict[str, Any]:
    """A Deployment that sleeps, and whose workflow was lost."""
    record = {
        "paused": "true",
        "paused-at": "2026-11-23T19:00:00Z",
        "paused-by": "idle",
        "original-replicas": "2",
        "pause-id": "p-1",
        "instance": "me",
        **{key.replace("_", "-"): text for key, text in changes.items()},
    }
    return deployment(namespace, name, replicas=0, annotations={f"finops.io/{key}": record[key] for key in record})


def test_a_sleeper_whose_workflow_was_lost_is_woken_and_garbage_is_left_alone(
    service: Service, cluster: LocalCluster, namespace: str
) -> None:
    for item in (sleeper(namespace, "lost"), sleeper(namespace, "garbage", original_replicas="many")):
        cluster.objects.create(item)
    cluster.objects.create(sleeper(namespace, "stranger", instance="they"))
    done = service.run("resume", "--namespace", namespace, "--yes", "--instance", "me", succeeds=False)
    assert "'many'" in done.stdout
    assert f"{namespace}/stranger sleeps under another installation" in done.stderr
    wait_for(lambda: replicas_of(cluster.objects, namespace, "lost") == 2, what="the lost one")
    assert replicas_of(cluster.objects, namespace, "garbage") == 0
    assert replicas_of(cluster.objects, namespace, "stranger") == 0
    service.run("resume", f"{namespace}/stranger", "--wait")
    assert replicas_of(cluster.objects, namespace, "stranger") == 2


def test_a_reason_and_a_name_that_are_no_utf_8_wake_and_hold_all_the_same(
    service: Service, cluster: LocalCluster, namespace: str
) -> None:
    """A terminal in Latin-1 sends such bytes."""
    odd, told = os.fsdecode(b"d\xe9mo"), "d\N{REPLACEMENT CHARACTER}mo"
    for name in ("web", "api"):
        cluster.objects.create(sleeper(namespace, name))
    service.run("resume", "-n", namespace, "--yes", "--instance", "me", "--reason", odd, "--wait", LOGNAME=odd)
    carried = annotations_of(cluster.objects, namespace, "web")
    assert (carried["awake-reason"], carried["awake-by"].partition("@")[0]) == (told, told)
    assert replicas_of(cluster.objects, namespace, "api") == 2
    service.run("hold", "--reason", odd, LOGNAME=odd)
    held = service.ask("status")["hold"]
    service.run("release")
    assert (held["reason"], held["by"].partition("@")[0]) == (told, told)


def test_a_reason_is_kept_where_it_can_be_and_else_it_is_said_that_it_is_not(
    service: Service, cluster: LocalCluster, shop: str
) -> None:
    left = service.run("resume", f"{shop}/web", "--reason", "a demo")
    assert "awake already" in left.stdout
    assert "the reason is kept nowhere" in left.stderr
    for wish in ("a demo", "another one"):  # the first starts a hibernation, the second is told to it
        kept = service.run("resume", f"{shop}/web", "--for", "2h", "--reason", wish)
        assert "the reason" not in kept.stderr
        wait_for(lambda wish=wish: annotations_of(cluster.objects, shop, "web").get("awake-reason") == wish, what=wish)  # type: ignore[misc]
    cluster.objects.create(sleeper(shop, "direct"))
    service.run("resume", f"{shop}/direct", "--direct", "--reason", "an incident")
    assert annotations_of(cluster.objects, shop, "direct")["awake-reason"] == "an incident"


def test_a_record_that_names_a_policy_without_an_end_wakes_like_the_others(
    service: Service, cluster: LocalCluster, namespace: str
) -> None:
    """A search attribute holds 2 KB, and Temporal would take no hibernation under the whole of it."""
    for item in (
        *(sleeper(namespace, f"web-{number}") for number in range(3)),
        sleeper(namespace, "odd", paused_by="x" * 3000),
    ):
        cluster.objects.create(item)
    wake = ("resume", "--namespace", namespace, "--yes", "--instance", "me", "--output", "json")
    told = {each["workload"]: each["trouble"] for each in json.loads(service.run(*wake).stdout)["results"]}
    assert told == {f"{namespace}/{name}": "" for name in ("odd", "web-0", "web-1", "web-2")}
    for name in ("odd", "web-2"):
        wait_for(lambda name=name: replicas_of(cluster.objects, namespace, name) == 2, what=name)  # type: ignore[misc]


def test_one_that_cannot_be_kept_awake_stops_none_of_the_others(
    service: Service, cluster: LocalCluster, shop: str
) -> None:
    ours = service.environment["FINOPS_INSTANCE"]
    cluster.objects.create(sleeper(shop, "a-garbage", original_replicas="many", instance=ours))
    done = service.run("keep-awake", "--namespace", shop, "--for", "4h", succeeds=False)
    assert f"{shop}/a-garbage: " in done.stdout
    assert "2 Deployments of namespace" in done.stdout
    assert "1 of 3 could not be kept awake" in done.stderr
    for name in ("web", "api"):
        wait_for(lambda name=name: "awake-until" in annotations_of(cluster.objects, shop, name), what=name)  # type: ignore[misc]


def test_a_stop_says_who_stays_asleep_and_direct_wakes_them_without_temporal(
    service: Service, cluster: LocalCluster, shop: str
) -> None:
    service.run("pause", f"{shop}/web", "--for", "1h")
    assert service.stop() == 0
    last_word = service.log.read_text().splitlines()[-1]
    assert re.match(r"stopped; \d+ stay asleep, the first is due ", last_word)
    assert last_word.endswith("Wake them now, without it: finops resume --all --direct")
    shown = service.run("status", "--namespace", shop, succeeds=False).stdout
    assert shown.startswith("Temporal is away: 1 sleeper that nobody will wake: it is due ")
    assert f"{shop}/web" in shown
    told = service.ask_anyway("status", "--namespace", shop)
    assert [(row["name"], row["phase"], row["policy"]) for row in told["hibernations"]] == [("web", "asleep", "manual")]
    found = {each["subject"]: each for each in service.checks()}
    assert found["wakes"]["level"] == "fail"
    assert re.match(r"\d+ sleepers? that nobody will wake: .* is due ", found["wakes"]["sentence"])
    done = service.run("resume", "--namespace", shop, "--direct", "--yes", "--wait")
    assert f"{shop}/web: awake with 3 replicas" in done.stdout
    assert annotations_of(cluster.objects, shop, "web")["awake-because"] == "person"
    service.start()
    wait_for(lambda: service.ask("status")["worker"], what="the worker")
