"""A run is over for the next one only when what it started can be counted."""

import logging
from types import SimpleNamespace
from typing import Any, cast

import pytest
from cases import NOW, workload
from orders import pause_order
from temporalio.client import Client

from activities.hibernation.starting import start_hibernation
from activities.runs.on_their_way import count_pausing, wait_until_shown
from policies.annotations import PREFIX
from policies.sleep.messages import Hibernation
from policies.workload import WorkloadRef, observe
from worker.temporal.attributes import register_attributes


class Behind:
    """A visibility that shows one run more at each look."""

    def __init__(self, shown: int = 0, steps: int = 1) -> None:
        self.shown, self.steps = shown, steps
        self.alive = 0

    async def count_workflows(self, query: str) -> Any:
        there = min(self.shown, query.count("'") // 2)
        self.shown += self.steps
        return SimpleNamespace(count=there)

    def tell_alive(self) -> None:
        """Stands for a heartbeat."""
        self.alive += 1


async def test_a_visibility_that_is_behind_is_waited_for() -> None:
    behind = Behind()
    await wait_until_shown(cast("Client", behind), ["one", "two"], behind.tell_alive)
    assert (behind.shown, behind.alive) == (3, 2)


async def test_where_nothing_was_started_it_is_not_asked() -> None:
    behind = Behind()
    await wait_until_shown(cast("Client", behind), [], behind.tell_alive)
    assert behind.shown == 0


async def test_one_that_is_far_behind_is_told_of_and_waited_for_no_more(caplog: pytest.LogCaptureFixture) -> None:
    behind = Behind(steps=0)
    with caplog.at_level(logging.WARNING):
        await wait_until_shown(cast("Client", behind), ["one"], behind.tell_alive, longest=0)
    assert "the next run may count too few" in caplog.text


@pytest.mark.temporal
async def test_what_was_waited_for_is_counted(temporal_client: Client) -> None:
    await register_attributes(temporal_client)
    runs = [
        await start_hibernation(
            temporal_client,
            Hibernation(
                cluster="on-their-way",
                instance="me",
                ref=WorkloadRef(namespace="dev", name=f"web-{number}"),
                pause=pause_order(seen=observe(workload(), PREFIX), policy="idle-dev", not_after=NOW),
            ),
        )
        for number in range(40)
    ]
    await wait_until_shown(temporal_client, [run for run in runs if run is not None], lambda: None)
    assert await count_pausing(temporal_client, "on-their-way") == 40
