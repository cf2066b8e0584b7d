"""What a kubelet is told."""

import asyncio

import pytest

from worker.service.health import STUCK_AFTER, Check, Health, HealthOfMany, keep_checking


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def well() -> str:
    return ""


async def broken() -> str:
    raise ConnectionError("no route to host")


async def silent() -> str:
    await asyncio.sleep(3600)
    return ""


def test_a_loop_that_stands_still_is_not_alive_and_goes_round_again() -> None:
    clock = Clock()
    health = Health(clock)
    assert health.is_alive() == (True, "its loops go round")
    health.beat("policies")
    clock.now += STUCK_AFTER + 1
    assert health.is_alive() == (False, "policies has stood still for 121 s")
    health.beat("policies")
    assert health.is_alive()[0]


def test_until_it_is_up_it_is_not_ready() -> None:
    health = Health()
    assert health.is_ready() == (False, "worker: is starting")
    health.tell("worker", "")
    assert health.is_ready()[0]


@pytest.mark.parametrize(
    ("check", "ready", "says"),
    [
        (well, True, "answer"),
        (broken, False, "Temporal: no route to host"),
        (silent, False, "did not answer within 5 s"),
    ],
)
async def test_it_is_ready_while_its_servers_answer(check: Check, ready: bool, says: str) -> None:
    health, told = Health(), asyncio.Event()
    health.tell("worker", "")

    async def after_it() -> str:
        told.set()
        return ""

    task = asyncio.create_task(keep_checking(health, {"Temporal": check, "after it": after_it}, every=3600))
    await told.wait()
    task.cancel()
    is_ready, sentence = health.is_ready()
    assert is_ready is ready
    assert says in sentence
    assert health.is_alive()[0]


def test_a_process_of_several_clusters_is_ready_while_it_can_work_for_one_of_them() -> None:
    health = HealthOfMany(["dev", "staging"])
    assert health.is_ready() == (False, "dev: worker: is starting; staging: worker: is starting")
    health.renew("dev").tell("worker", "")
    assert health.is_ready() == (True, "dev: Temporal and the API server answer; staging: worker: is starting")


def test_a_loop_of_one_cluster_that_stands_still_is_not_alive_until_its_worker_starts_anew() -> None:
    clock = Clock()
    health = HealthOfMany(["dev", "staging"], clock)
    health.renew("dev").beat("policies")
    clock.now += STUCK_AFTER + 1
    assert health.is_alive() == (False, "dev: policies has stood still for 121 s")
    health.renew("dev")
    assert health.is_alive() == (True, "its loops go round")
