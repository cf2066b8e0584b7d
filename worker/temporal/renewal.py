"""The connection to Temporal of a process that serves: what it is known by is replaced on disk under a running worker.

The SDK reads certificates and keys once. So they are read again here every few seconds, and where they have changed a
new connection is made with them; the client in use goes on with that. Until one stands, the one before stays.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from typing import Any

from google.protobuf.message import Message
from temporalio.client import Client, Interceptor
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter
from temporalio.runtime import Runtime
from temporalio.service import ServiceClient
from temporalio.worker import Worker

from worker.errors import WorkerError
from worker.temporal.connection import TemporalTarget, connect_to

LOOK_SECONDS = 10.0
"""Between two looks at the files: a kubelet takes a minute to put a changed Secret into a pod."""

_LOG = logging.getLogger(__name__)


class RenewableService(ServiceClient):
    """One connection after the other to one server, as the SDK's client and workers take it."""

    def __init__(
        self,
        find: Callable[[], TemporalTarget],
        target: TemporalTarget,
        first: ServiceClient,
        renew: Callable[..., Awaitable[Client]] = connect_to,
    ) -> None:
        """`find` reads the credentials again; `target` is what `first` was connected to, and `renew` connects to
        one.
        """
        super().__init__(first.config)
        self._find = find
        self._renew = renew
        self._target = target
        self._behind = first
        self._workers: list[tuple[Client, Worker]] = []
        self._problem = ""

    async def look(self) -> bool:
        """Read the credentials once, and connect again where they have changed. Returns whether a new connection was
        made.

        Only credentials are followed: another address or namespace would be another server's workflows.
        """
        try:
            found = await asyncio.to_thread(self._find)
            target = replace(self._target, tls=found.tls, api_key=found.api_key, metadata=found.metadata)
            if target == self._target:
                self._tell("")
                return False
            fresh = await self._renew(target, runtime=self.config.runtime)
        except WorkerError as error:
            self._tell(str(error))
            return False
        self._behind, self.config = fresh.service_client, fresh.service_client.config
        for client, worker in self._workers:
            worker.client = client  # the same object: the worker takes the connection behind it from now on
        self._target = target  # only now: where a worker does not go over, all of it is tried again
        self._tell("")
        _LOG.info("the credentials for Temporal were replaced: connected again with the new ones")
        return True

    async def keep_looking(self, every: float = LOOK_SECONDS) -> None:
        """Look again and again, until cancelled; nothing else ends it. `every` is in seconds."""
        while True:
            await asyncio.sleep(every)
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001 - see above
                self._tell(f"{type(error).__name__}: {error}", error)

    @contextmanager
    def carry(self, client: Client, workers: Sequence[Worker]) -> Iterator[None]:
        """Have these workers of this client go over to each new connection while the block runs."""
        carried = [(client, worker) for worker in workers]
        self._workers += carried
        try:
            yield
        finally:
            self._workers = [each for each in self._workers if each not in carried]

    def _tell(self, problem: str, fault: Exception | None = None) -> None:
        """Once for each problem. An unforeseen fault comes with its traceback."""
        if problem and problem != self._problem:
            told = "the credentials for Temporal cannot be renewed, and those before are kept: %s"
            _LOG.warning(told, problem, exc_info=fault)
        self._problem = problem

    @property
    def worker_service_client(self) -> Any:
        """What the SDK's workers poll with."""
        return self._behind.worker_service_client

    def update_rpc_metadata(self, metadata: Mapping[str, str | bytes]) -> None:
        """Of the connection that stands."""
        self._behind.update_rpc_metadata(metadata)

    def update_api_key(self, api_key: str | None) -> None:
        """Of the connection that stands."""
        self._behind.update_api_key(api_key)

    async def _rpc_call(self, rpc: str, req: Message, resp_type: Any, **options: Any) -> Any:
        return await self._behind._rpc_call(rpc, req, resp_type, **options)  # noqa: SLF001 - how the SDK has it wrapped


async def connect_renewably(
    find: Callable[[], TemporalTarget],
    *,
    runtime: Runtime | None = None,
    converter: DataConverter = pydantic_data_converter,
    interceptors: Sequence[Interceptor] = (),
) -> Client:
    """A client of the server that `find` tells; `renewing` keeps it connected whatever is replaced.

    Raises ConnectionFailed, as `connect_to` and `find` do.
    """
    target = await asyncio.to_thread(find)
    first = await connect_to(target, runtime=runtime, converter=converter, interceptors=interceptors)
    config = first.config()
    config["service_client"] = RenewableService(find, target, first.service_client)
    return Client(**config)


@asynccontextmanager
async def renewing(client: Client) -> AsyncIterator[None]:
    """Follow its credentials while the block runs, where it is one of `connect_renewably`."""
    service = client.service_client
    if not isinstance(service, RenewableService):
        yield
        return
    looking = asyncio.create_task(service.keep_looking())
    try:
        yield
    finally:
        looking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await looking


@contextmanager
def carried(client: Client, workers: Sequence[Worker]) -> Iterator[None]:
    """Have workers go over to each new connection of their client, where that is one of `connect_renewably`."""
    if not isinstance(client.service_client, RenewableService):
        yield
        return
    with client.service_client.carry(client, workers):
        yield
