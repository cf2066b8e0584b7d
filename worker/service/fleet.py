"""One process for several clusters, each served as if it were alone: one that is down, or set up wrongly, does not
affect the others.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack

from temporalio.client import Client
from temporalio.service import RPCError

from activities.cluster_context import working_for
from activities.errors import IoError
from activities.metrics import show_served
from worker.cluster.cluster import Cluster
from worker.errors import SameCluster, WorkerError
from worker.service.health import Health, HealthOfMany
from worker.service.service import running_service
from worker.settings.settings import Settings
from worker.temporal.cluster_record import read_record

AGAIN_SECONDS = 10.0
"""Until a cluster that cannot be served is tried again."""
_THREADS_EACH = 4
"""For what the loops of a cluster ask: one that does not answer keeps no thread from another."""

_LOG = logging.getLogger(__name__)


class Fleet:
    """The clusters of one process, each of which belongs to one installation."""

    def __init__(self, client: Client, members: Sequence[Settings], health: HealthOfMany) -> None:
        """Every member has an instance."""
        self._client = client
        self._members = members
        self._health = health
        self._names: dict[str, str] = {}
        """The clusters that are served: each identity's name."""
        self._told: dict[str, str] = {}
        """Why a cluster is not served, as it was logged last; nothing of one that is."""
        self._starting: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def serve(self) -> None:
        """Serve all of them until cancelled; then each finishes what it does."""
        threads = ThreadPoolExecutor(_THREADS_EACH * len(self._members), thread_name_prefix="loops")
        asyncio.get_running_loop().set_default_executor(threads)
        async with asyncio.TaskGroup() as group:
            for settings in self._members:
                group.create_task(self._keep_serving(settings))

    async def _keep_serving(self, settings: Settings) -> None:
        with working_for(settings.cluster):
            while True:
                show_served(False)
                health = self._health.renew(settings.cluster)
                try:
                    await self._serve(settings, health)
                except Exception as error:  # noqa: BLE001 - no error may end another cluster's worker
                    problem = str(error) or type(error).__name__
                    health.tell("worker", problem)
                    if problem != self._told.get(settings.cluster):
                        is_foreseen = isinstance(error, (IoError, WorkerError, RPCError))
                        _LOG.error("%s is not served: %s", settings.cluster, problem, exc_info=not is_foreseen)
                    self._told[settings.cluster] = problem
                await asyncio.sleep(AGAIN_SECONDS)

    async def _serve(self, settings: Settings, health: Health) -> None:
        """Serve one until it fails. Raises what ended it."""
        cluster = await asyncio.to_thread(Cluster.connect, settings, settings.instance or "")
        async with AsyncExitStack() as stack:
            stack.callback(cluster.close)
            identity = await asyncio.to_thread(cluster.identity)
            stack.callback(self._forget, identity, settings.cluster)
            async with self._starting[identity]:
                await self._refuse_twin(settings.cluster, identity)
                await stack.enter_async_context(running_service(self._client, cluster, health=health))
                self._names[identity] = settings.cluster
            self._told.pop(settings.cluster, None)
            await asyncio.Event().wait()

    def _forget(self, identity: str, name: str) -> None:
        """Note that it is not served under this name any more, if it was."""
        if self._names.get(identity) == name:
            del self._names[identity]

    async def _refuse_twin(self, name: str, identity: str) -> None:
        """Under two names one cluster would have two workers that take each other's sleepers for their own.

        It belongs to the name that serves it, else to the name that served it before: a table that leads here by
        mistake must not be the first by chance. Raises SameCluster, RPCError.
        """
        served_as = self._names.get(identity)
        if served_as is not None:
            raise SameCluster(name, served_as)
        names = [name, *(each.cluster for each in self._members if each.cluster != name)]
        for known in names:
            record = await read_record(self._client, known)
            if record is not None and record.identity == identity:
                if known != name:
                    raise SameCluster(name, known)
                return
