"""What Temporal is known by is replaced on disk under a worker, with real TLS in front of a real server."""

import itertools
import logging
import shutil
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker
from tlsrelay import TlsRelay, issue_server

from localcluster.certificates import Authority
from worker.embedded.temporal import EmbeddedTemporal
from worker.state import StateFolder
from worker.temporal.connection import find_target
from worker.temporal.renewal import RenewableService, carried, connect_renewably

pytestmark = pytest.mark.temporal

QUEUE = "renewal"


@workflow.defn
class Answer:
    """Says that a worker is there."""

    @workflow.run
    async def run(self) -> bool:
        return True


class Mounted:
    """A folder with CA, certificate, key and API key, as a Secret is mounted."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.api_key = folder / "api-key"

    def hold(self, *, ca: Authority | None = None, client: Authority | None = None, api_key: str = "") -> None:
        """Replace these."""
        if ca is not None:
            shutil.copy(ca.certificate, self.folder / "ca.crt")
        if client is not None:
            certificate, key = client.issue("worker", user="worker")
            shutil.copy(certificate, self.folder / "tls.crt")
            shutil.copy(key, self.folder / "tls.key")
        if api_key:
            self.api_key.write_text(api_key)

    def variables(self, address: str) -> Mapping[str, str]:
        """As a user sets them."""
        return {
            "TEMPORAL_ADDRESS": address,
            "TEMPORAL_TLS": "true",
            "TEMPORAL_TLS_SERVER_CA_CERT_PATH": str(self.folder / "ca.crt"),
            "TEMPORAL_TLS_CLIENT_CERT_PATH": str(self.folder / "tls.crt"),
            "TEMPORAL_TLS_CLIENT_KEY_PATH": str(self.folder / "tls.key"),
        }


@pytest.fixture
def authorities(tmp_path: Path) -> tuple[Authority, Authority]:
    """The one of yesterday, and the one of today."""
    made = []
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
        made.append(Authority(tmp_path / name))
    return made[0], made[1]


@pytest.fixture
def mounted(tmp_path: Path, authorities: tuple[Authority, Authority]) -> Mounted:
    """All of yesterday."""
    made = Mounted(tmp_path / "mounted")
    made.hold(ca=authorities[0], client=authorities[0], api_key="first\n")
    return made


@pytest.fixture
def relay(temporal_server: EmbeddedTemporal, authorities: tuple[Authority, Authority]) -> Iterator[TlsRelay]:
    """A Temporal that knows those of yesterday."""
    old, _ = authorities
    with TlsRelay(temporal_server.address, issue_server(old), clients_of=old.certificate) as made:
        yield made


async def connect(relay: TlsRelay, mounted: Mounted, tmp_path: Path) -> tuple[Client, RenewableService]:
    find = partial(
        find_target,
        StateFolder(tmp_path / "state"),
        environment=mounted.variables(relay.address),
        api_key_file=mounted.api_key,
    )
    client = await connect_renewably(find)
    assert isinstance(client.service_client, RenewableService)
    return client, client.service_client


@asynccontextmanager
async def working(client: Client) -> AsyncIterator[None]:
    """A worker of this client."""
    worker = Worker(client, task_queue=QUEUE, workflows=[Answer], workflow_runner=UnsandboxedWorkflowRunner())
    async with worker:
        with carried(client, [worker]):
            yield


async def is_served(user: Client, number: int) -> bool:
    """Whether the worker carries out what somebody else asks for."""
    return await user.execute_workflow(
        Answer.run, id=f"renewal-{number}", task_queue=QUEUE, execution_timeout=timedelta(seconds=60)
    )


def replace_clients_certificate(relay: TlsRelay, mounted: Mounted, old: Authority, new: Authority) -> None:
    relay.turn_to(issue_server(old), clients_of=new.certificate)
    mounted.hold(client=new)


def replace_servers_authority(relay: TlsRelay, mounted: Mounted, old: Authority, new: Authority) -> None:
    relay.turn_to(issue_server(new), clients_of=old.certificate)
    mounted.hold(ca=new)


def replace_both(relay: TlsRelay, mounted: Mounted, _: Authority, new: Authority) -> None:
    relay.turn_to(issue_server(new), clients_of=new.certificate)
    mounted.hold(ca=new, client=new)


@pytest.mark.parametrize("replace", [replace_clients_certificate, replace_servers_authority, replace_both])
async def test_a_worker_goes_on_with_what_was_replaced(
    replace: Callable[[TlsRelay, Mounted, Authority, Authority], None],
    relay: TlsRelay,
    mounted: Mounted,
    authorities: tuple[Authority, Authority],
    temporal_client: Client,
    tmp_path: Path,
) -> None:
    client, service = await connect(relay, mounted, tmp_path)
    async with working(client):
        assert await is_served(temporal_client, 1)
        replace(relay, mounted, *authorities)
        assert await service.look()
        assert await is_served(temporal_client, 2)
        assert (await client.count_workflows()).count >= 2
        assert not await service.look()


async def test_an_api_key_is_read_again_from_its_file(relay: TlsRelay, mounted: Mounted, tmp_path: Path) -> None:
    client, service = await connect(relay, mounted, tmp_path)
    assert client.api_key == "first"
    mounted.hold(api_key="second\n")
    assert await service.look()
    assert client.api_key == "second"
    assert (await client.count_workflows()).count >= 0


@pytest.mark.parametrize(
    ("spoilt", "how"),
    [
        *itertools.product(["tls.crt", "tls.key", "ca.crt"], ["missing", "empty", "half"]),
        ("api-key", "missing"),
        ("api-key", "empty"),
    ],
)
async def test_what_cannot_be_used_is_told_once_and_the_connection_before_stays(
    spoilt: str,
    how: str,
    relay: TlsRelay,
    mounted: Mounted,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    client, service = await connect(relay, mounted, tmp_path)
    file = mounted.folder / spoilt
    whole = file.read_text()
    file.unlink()
    if how != "missing":
        file.write_text("" if how == "empty" else whole[: len(whole) // 2])
    with caplog.at_level(logging.INFO):
        for _ in range(3):
            assert not await service.look()
    (told,) = (each.getMessage() for each in caplog.records if each.name == "worker.temporal.renewal")
    assert "those before are kept" in told
    assert "first" not in told
    assert (await client.count_workflows()).count >= 0
    file.write_text(whole)
    assert not await service.look()


async def test_a_certificate_that_the_server_refuses_is_tried_again_until_it_is_taken(
    relay: TlsRelay, mounted: Mounted, authorities: tuple[Authority, Authority], tmp_path: Path
) -> None:
    old, new = authorities
    client, service = await connect(relay, mounted, tmp_path)
    mounted.hold(client=new)
    assert not await service.look()
    relay.turn_to(issue_server(old), clients_of=new.certificate)
    assert await service.look()
    assert (await client.count_workflows()).count >= 0
