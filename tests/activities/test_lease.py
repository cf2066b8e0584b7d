import asyncio

from activities.lease import LEASE_SECONDS, RunLease


async def test_a_second_run_waits_until_the_first_gives_back() -> None:
    lease = RunLease()
    await lease.wait_for("first", lambda: None)
    second = asyncio.create_task(lease.wait_for("second", lambda: None))
    await asyncio.sleep(0)
    assert not second.done()
    lease.give_back("first")
    await second
    assert not lease.take("third")


async def test_waiting_heartbeats_so_that_a_lost_run_is_noticed() -> None:
    beats: list[None] = []
    lease = RunLease()
    lease.take("first")
    waiting = asyncio.create_task(lease.wait_for("second", lambda: beats.append(None)))
    await asyncio.sleep(0)
    lease.give_back("first")
    await waiting
    assert beats


def test_a_run_that_went_silent_loses_the_lease() -> None:
    now = 0.0
    lease = RunLease(clock=lambda: now)
    assert lease.take("silent")
    assert not lease.take("next")
    now = LEASE_SECONDS
    assert lease.take("next")


def test_a_run_prolongs_its_own_lease_and_cannot_give_back_anothers() -> None:
    lease = RunLease()
    assert lease.take("one")
    assert lease.take("one")
    lease.give_back("other")
    assert not lease.take("other")
