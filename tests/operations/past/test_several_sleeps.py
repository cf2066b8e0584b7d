"""A hibernation that stays open while its workload is awake may go through several sleeps: none of them is forgotten,
however it ended. Beside a running `finops run`.
"""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from deployments import annotations_of, create_ready, deployment, path_of, replicas_of, wait_for
from ids import id_of
from services import Service, enforcing, quiet_service
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from activities.hibernation.listing import send_check
from localcluster import LocalCluster
from policies.sleep.messages import CheckRequest
from policies.times import from_rfc3339

pytestmark = [pytest.mark.cluster, pytest.mark.temporal]

NAME = "several"


@pytest.fixture(scope="module")
def service(cluster: LocalCluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One `finops run` for all of these tests."""
    with quiet_service(cluster.kubeconfig, tmp_path_factory.mktemp("service"), NAME) as made:
        yield made


@pytest.fixture
def asleep(service: Service, cluster: LocalCluster, namespace: str) -> Iterator[str]:
    """A Deployment of three that its policy put to sleep: what a person wakes stays awake to the end of the window."""
    create_ready(cluster.objects, deployment(namespace, "web"))
    service.apply(enforcing("nightly", namespace) + running_window())
    wait_for(lambda: replicas_of(cluster.objects, namespace, "web") == 0, what="it to sleep")
    wait_for(lambda: sleeps_of(service, f"{namespace}/web") == [("nightly", 3, "")], what="the sleep to be told")
    paused_at = from_rfc3339(annotations_of(cluster.objects, namespace, "web")["paused-at"])
    # Times are whole seconds, and a sleep that ends in the second in which it began avoids nothing.
    wait_for(lambda: datetime.now(UTC) - paused_at > timedelta(seconds=2), what="a sleep that counts")
    yield f"{namespace}/web"
    service.run("delete", "nightly", "--yes")


def running_window() -> str:
    """The schedule of a policy text: a window that began an hour ago and ends in twelve."""
    begin, end = (f"{datetime.now(UTC) + timedelta(hours=hours):%a %H:%M}" for hours in (-1, 12))
    return f"  schedule: {{timeZone: UTC, asleep: [{{from: {begin}, to: {end}}}]}}\n"


def sleeps_of(service: Service, name: str) -> list[tuple[str, int, str]]:
    """Each sleep's policy, count and end, the oldest first."""
    (run,) = service.ask("history", name)["temporal"]["hibernations"]
    assert run["status"] == "running"
    return [(sleep["policy"], sleep["replicas"], sleep["woken"]) for sleep in run["sleeps"]]


def look(service: Service, namespace: str) -> None:
    """What the next reconciliation would tell the hibernation."""
    server = service.state.read_server()
    assert server is not None
    address = server.address

    async def tell() -> None:
        client = await Client.connect(address, data_converter=pydantic_data_converter)
        await send_check(client, id_of(NAME, namespace, "web"), CheckRequest())

    asyncio.run(tell())


def woken(service: Service, name: str) -> str:
    """How the only sleep ended, once it has."""
    wait_for(lambda: bool(sleeps_of(service, name)[0][2]), what="the end of the sleep")
    return sleeps_of(service, name)[0][2]


def counted(service: Service, namespace: str) -> dict[str, tuple[int, bool]]:
    """What `savings` has by policy: how many sleeps, and whether they avoided anything."""
    entries: list[dict[str, Any]] = service.ask("savings", "--namespace", namespace)["workloads"]
    return {entry["policy"]: (entry["sleeps"], entry["avoided"] > 0) for entry in entries}


def test_woken_by_kubectl_scale_and_paused_again_by_hand_there_are_two_sleeps(
    service: Service, cluster: LocalCluster, asleep: str, namespace: str
) -> None:
    cluster.objects.patch(path_of(namespace, "web") + "/scale", {"spec": {"replicas": 2}})
    look(service, namespace)
    assert woken(service, asleep).endswith(" raised its replica count to 2")
    service.run("pause", asleep, "--for", "1h")
    wait_for(lambda: len(sleeps_of(service, asleep)) == 2, what="the second sleep to be told")
    first, second = sleeps_of(service, asleep)
    assert first[:2] == ("nightly", 3)
    assert second == ("manual", 2, "")
    told = service.run("history", asleep).stdout.partition("Sleeps, newest first")[2].partition("data since")[0]
    assert [policy for line in told.splitlines() for policy in ("manual", "nightly") if f" {policy} " in line] == [
        "manual",
        "nightly",
    ]
    wait_for(lambda: len(counted(service, namespace)) == 2, what="both sleeps to be counted")
    assert counted(service, namespace) == {"manual": (1, True), "nightly": (1, True)}


def test_woken_with_direct_the_sleep_counts_until_then(
    service: Service, cluster: LocalCluster, asleep: str, namespace: str
) -> None:
    service.run("resume", asleep, "--direct", "--yes")
    assert counted(service, namespace) == {"nightly": (1, True)}  # before anybody has noticed
    look(service, namespace)
    assert woken(service, asleep) == "somebody woke it without Temporal"
    assert counted(service, namespace) == {"nightly": (1, True)}


def test_what_is_awake_again_says_how_long_it_slept_what_that_avoided_and_who_woke_it(
    service: Service, asleep: str, namespace: str
) -> None:
    service.run("resume", asleep, "--reason", "a demo", "--wait")
    assert woken(service, asleep).startswith("woken by ")
    assert woken(service, asleep).endswith(": a demo")
    (run,) = service.ask("history", asleep)["temporal"]["hibernations"]
    assert (run["phase"], run["sleptSeconds"] > 0, run["avoidedCost"] > 0) == ("awake", True, True)
    assert counted(service, namespace) == {"nightly": (1, True)}
