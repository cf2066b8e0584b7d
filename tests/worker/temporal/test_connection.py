import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from worker.embedded.temporal import EmbeddedTemporal
from worker.errors import NoTemporalKnown, ProfileInvalid, TemporalUnreachable
from worker.state import ServerAddress, StateFolder
from worker.temporal.connection import TemporalTarget, connect, find_address, find_target

LEFT_BEHIND = ServerAddress(address="127.0.0.1:1", ui_url="http://127.0.0.1:2", pid=3)


def nobody_configured(tmp_path: Path) -> dict[str, str]:
    """An environment that names no server, also not by a profile in the home folder of whoever runs the tests."""
    return {"HOME": str(tmp_path), "TEMPORAL_CONFIG_FILE": str(tmp_path / "none.toml")}


def test_an_address_of_the_environment_comes_first(state: StateFolder, tmp_path: Path) -> None:
    state.write_server(LEFT_BEHIND)
    environment = nobody_configured(tmp_path) | {"TEMPORAL_ADDRESS": "temporal:7233", "TEMPORAL_NAMESPACE": "finops"}
    assert find_target(state, environment=environment) == TemporalTarget(
        address="temporal:7233", namespace="finops", source="TEMPORAL_ADDRESS"
    )


def test_a_profile_file_counts_too(state: StateFolder, tmp_path: Path) -> None:
    profile = tmp_path / "temporal.toml"
    profile.write_text('[profile.default]\naddress = "cloud:7233"\napi_key = "not shown"\n')
    target = find_target(state, environment={"TEMPORAL_CONFIG_FILE": str(profile)})
    assert (target.address, target.source, target.tls) == ("cloud:7233", "the Temporal profile file", True)
    assert "not shown" not in repr(target)


def test_a_variable_of_another_program_that_is_no_utf_8_is_no_fault(state: StateFolder, tmp_path: Path) -> None:
    state.write_server(LEFT_BEHIND)
    odd = {"USER": "d\udce9mo", "\udce9": "x"}
    assert find_target(state, environment=nobody_configured(tmp_path) | odd).address == "127.0.0.1:1"
    (tmp_path / "temporal.toml").write_text('[profile.default]\naddress = "cloud:7233"\n')
    profile = {"TEMPORAL_CONFIG_FILE": str(tmp_path / "temporal.toml")}
    assert find_target(state, environment=profile | odd).address == "cloud:7233"
    assert find_address(state, environment=profile | odd) == "cloud:7233"
    with pytest.raises(ProfileInvalid, match="utf-8"):
        find_target(state, environment=nobody_configured(tmp_path) | {"TEMPORAL_NAMESPACE": "d\udce9mo"})


def test_without_an_address_the_embedded_server_is_taken(state: StateFolder, tmp_path: Path) -> None:
    state.write_server(LEFT_BEHIND)
    target = find_target(state, environment=nobody_configured(tmp_path))
    assert (target.address, target.namespace) == ("127.0.0.1:1", "default")


async def test_nobody_to_ask_is_said_with_the_two_ways_out(state: StateFolder, tmp_path: Path) -> None:
    with pytest.raises(NoTemporalKnown, match="start `finops run`, or set TEMPORAL_ADDRESS"):
        await connect(state, environment=nobody_configured(tmp_path))


@pytest.mark.parametrize(
    "variables",
    [
        {"TEMPORAL_PROFILE": "missing"},
        {"TEMPORAL_ADDRESS": "temporal:7233", "TEMPORAL_TLS_CLIENT_CERT_PATH": "/missing/certificate.pem"},
    ],
    ids=["profile", "certificate"],
)
def test_wrong_temporal_settings_are_named(state: StateFolder, tmp_path: Path, variables: dict[str, str]) -> None:
    with pytest.raises(ProfileInvalid, match="missing"):
        find_target(state, environment=nobody_configured(tmp_path) | variables)


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("127.0.0.1:1", "Connection refused"),
        ("no such host", "invalid target URL"),
    ],
    ids=["nobody listens", "not an address"],
)
async def test_nobody_there_is_a_sentence(state: StateFolder, tmp_path: Path, address: str, reason: str) -> None:
    environment = nobody_configured(tmp_path) | {"TEMPORAL_ADDRESS": address}
    with pytest.raises(TemporalUnreachable) as unreachable:
        await connect(state, environment=environment)
    assert address in str(unreachable.value)
    assert reason in str(unreachable.value)
    assert "from TEMPORAL_ADDRESS" in str(unreachable.value)


async def test_a_port_that_never_answers_is_given_up(state: StateFolder, tmp_path: Path) -> None:
    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(say_nothing, "127.0.0.1", 0) as mute:
        port = mute.sockets[0].getsockname()[1]
        environment = nobody_configured(tmp_path) | {"TEMPORAL_ADDRESS": f"127.0.0.1:{port}"}
        with pytest.raises(TemporalUnreachable, match=r"no answer within 0\.3 s"):
            await connect(state, environment=environment, within=timedelta(seconds=0.3))


@pytest.mark.temporal
async def test_every_command_finds_the_server_of_its_state_folder(embedded: EmbeddedTemporal, tmp_path: Path) -> None:
    client = await connect(embedded.state, environment=nobody_configured(tmp_path))
    assert client.service_client.config.target_host == embedded.address
    assert await client.service_client.check_health()
