"""Looking for replaced credentials goes on, whatever one look meets."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest
from temporalio.client import Client
from temporalio.service import ConnectConfig, ServiceClient
from temporalio.worker import Worker

from worker.temporal.connection import TemporalTarget
from worker.temporal.renewal import RenewableService

OLD = TemporalTarget(address="temporal:7233", source="a test", api_key="old")
NEW = TemporalTarget(address="temporal:7233", source="a test", api_key="new")
CONFIG = ConnectConfig(target_host="temporal:7233")


class Going:
    """A worker that goes over to another connection, after it has failed so often."""

    def __init__(self, failing: int) -> None:
        self.__dict__.update(tried=0, failing=failing)

    def __setattr__(self, name: str, value: Any) -> None:
        self.__dict__["tried"] += 1
        if self.__dict__["tried"] <= self.__dict__["failing"]:
            raise ValueError("New client is not on the same runtime as the existing client")


async def connect_anew(target: TemporalTarget, **_: Any) -> Client:
    """Nobody answers, and nobody is asked."""
    return cast("Client", SimpleNamespace(service_client=SimpleNamespace(config=CONFIG)))


def service(find: Callable[[], TemporalTarget]) -> RenewableService:
    return RenewableService(find, OLD, cast("ServiceClient", SimpleNamespace(config=CONFIG)), connect_anew)


async def test_a_fault_while_looking_is_told_once_and_the_next_look_follows(caplog: pytest.LogCaptureFixture) -> None:
    looks = 0
    enough = asyncio.Event()
    loop = asyncio.get_running_loop()

    def find() -> TemporalTarget:
        nonlocal looks
        looks += 1
        if looks == 5:
            loop.call_soon_threadsafe(enough.set)
        raise RuntimeError("nobody thought of this")

    looking = asyncio.create_task(service(find).keep_looking(every=0.0))
    reached = asyncio.create_task(enough.wait())
    await asyncio.wait({looking, reached}, return_when=asyncio.FIRST_COMPLETED)
    assert not looking.done()
    looking.cancel()
    (told,) = (record for record in caplog.records if record.name == "worker.temporal.renewal")
    assert "RuntimeError: nobody thought of this" in told.getMessage()
    assert told.exc_info


async def test_a_worker_that_did_not_go_over_is_asked_to_again_at_the_next_look() -> None:
    renewed, worker = service(lambda: NEW), Going(failing=1)
    with renewed.carry(cast("Client", SimpleNamespace()), [cast("Worker", worker)]):
        with pytest.raises(ValueError, match="runtime"):
            await renewed.look()
        assert await renewed.look()
        assert not await renewed.look()
    assert worker.__dict__["tried"] == 2
