"""The turn of a wake that comes by itself, and the person who does not wait for it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from cases import policy
from deployments import wait_for
from hibernations import Bedroom, Source, clocks_agree
from temporalio.testing import WorkflowEnvironment

from localcluster import LocalCluster
from policies.names import REACTIVATE
from policies.sleep.messages import Phase
from worker.cluster.cluster import Cluster
from worker.service.assembly import running_workers
from worker.settings.settings import Settings

pytestmark = [pytest.mark.cluster, pytest.mark.temporal]

SOON = timedelta(seconds=15)
NAMES = tuple(f"web-{number}" for number in range(10))


@pytest.fixture
async def product(
    skipping: WorkflowEnvironment, cluster: LocalCluster, source: Source, tmp_path: Path
) -> AsyncIterator[Cluster]:
    """A worker with one wake in ten seconds."""
    settings = Settings(
        cluster="turns",
        kubeconfig=cluster.kubeconfig,
        state_dir=tmp_path,
        pauses_per_second=500,
        wakes_per_second=0.1,
    )
    connected = Cluster.connect(settings, instance="me")
    async with running_workers(skipping.client, connected, source.snapshot, connected.identity(), clocks=clocks_agree):
        yield connected


async def test_a_person_does_not_wait_behind_the_wakes_that_come_by_themselves(bedroom: Bedroom) -> None:
    bedroom.source.policies = (policy(resumeAfter="15s"),)
    handles = [await bedroom.put_to_sleep(name, resume_after=SOON) for name in NAMES]
    await asyncio.gather(*(bedroom.reach(handle, Phase.RESUMING, Phase.COOLING) for handle in handles))

    def asleep() -> list[int]:
        return [number for number, name in enumerate(NAMES) if bedroom.replicas(name) == 0]

    await asyncio.to_thread(wait_for, lambda: len(asleep()) < len(NAMES), what="the first of them")
    waiting = asleep()
    assert waiting
    await handles[waiting[-1]].signal(REACTIVATE)
    await asyncio.to_thread(wait_for, lambda: waiting[-1] not in asleep(), what="the one that somebody wants")
    assert (await bedroom.reach(handles[waiting[-1]], Phase.AWAKE)).awake_because == "person"
