"""Random days in skipped time: whatever happens, every workload ends at its count or at the last one a person chose."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from random import Random

import pytest
from deployments import deployment, wait_for
from faults.days import Day, live_a_day
from faults.replaying import lines_of
from faults.report import Report, Row
from faults.stage import REPLICAS, Stage, open_stage
from faults.subjects import Subject
from skippedtime import skipped_time
from temporalio.testing import WorkflowEnvironment

from localcluster import LocalCluster

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.temporal,
    pytest.mark.long,
    # The SDK's interruption of a workflow that did not come to its turn can hit a callback; the task is tried again.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

DAYS = 50
WORKLOADS = 200
A_DAY = 40
"""Workloads that one day is about; five days are played at a time."""


@pytest.fixture(scope="module")
async def environment() -> AsyncIterator[WorkflowEnvironment]:
    """A Temporal server of its own, whose workflows can be sent through a day in a moment."""
    async with skipped_time() as started:
        yield started


@pytest.fixture(scope="module")
async def stage(
    environment: WorkflowEnvironment, cluster: LocalCluster, kubectl: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stage]:
    """The worker behind the proxy, in skipped time: there the clocks have nothing to do with each other."""
    async with open_stage(
        cluster,
        environment.client,
        tmp_path_factory.mktemp("days"),
        kubectl,
        name="days",
        clocks=lambda temporal, server: timedelta(0),
        cooldown="30m",
    ) as opened:
        yield opened


async def test_no_random_day_loses_a_count(
    request: pytest.FixtureRequest, stage: Stage, environment: WorkflowEnvironment, report: Report
) -> None:
    seeds = [int(line) for line in lines_of(request, "day")] or list(range(DAYS))
    began = time.monotonic()
    names = [f"app-{number:03d}" for number in range(WORKLOADS)]
    wanted = {(stage.name, name): deployment(stage.name, name, replicas=REPLICAS) for name in names}
    stage.actors.manifests = wanted
    stage.actors.objects.create_all(wanted.values())
    wait_for(stage.are_ready, what="the Deployments")
    violations, unfinished, lives = [], [], 0
    for index in range(0, len(seeds), WORKLOADS // A_DAY):
        days = [Day(seed, []) for seed in seeds[index : index + WORKLOADS // A_DAY]]
        shuffled = Random(index).sample(names, len(names))
        for number, day in enumerate(days):
            for name in shuffled[number * A_DAY : (number + 1) * A_DAY]:
                subject = Subject(stage.name, name)
                day.subjects.append(subject)
                day.first.append(len(stage.revisions.of(*subject.key)) - 1)
                stage.observe(subject)
        await asyncio.gather(*(live_a_day(stage, environment, day) for day in days))
        await asyncio.sleep(2)
        for day in days:
            violations += day.violations(stage)
            unfinished += [f"day {day.seed}: {each.name}" for each in day.subjects if stage.phase(each)]
            lives += sum(len(subject.ended) for subject in day.subjects)
    report.rows.append(
        Row("random days", len(seeds), len(violations), time.monotonic() - began, remarks=(f"{lives} lives",))
    )
    assert not violations, "\n".join(map(str, violations))
    assert not unfinished
