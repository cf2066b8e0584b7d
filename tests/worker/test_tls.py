"""A real Temporal behind TLS: server certificates, client certificates, API keys."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from tlsrelay import TlsRelay, issue_server

from localcluster.certificates import Authority
from worker.embedded.temporal import EmbeddedTemporal
from worker.errors import TemporalUnreachable
from worker.state import StateFolder
from worker.temporal.connection import connect

pytestmark = pytest.mark.temporal

WITHIN = timedelta(seconds=5)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def named(address: str, **variables: str) -> Mapping[str, str]:
    """What a user sets."""
    return {"TEMPORAL_ADDRESS": address, "TEMPORAL_NAMESPACE": "default", **variables}


def trusting(folder: Path) -> dict[str, str]:
    return {"TEMPORAL_TLS": "true", "TEMPORAL_TLS_SERVER_CA_CERT_PATH": str(folder / "ca.crt")}


def known_by(certificate: tuple[Path, Path]) -> dict[str, str]:
    return {
        "TEMPORAL_TLS_CLIENT_CERT_PATH": str(certificate[0]),
        "TEMPORAL_TLS_CLIENT_KEY_PATH": str(certificate[1]),
    }


async def reach(tmp_path: Path, environment: Mapping[str, str]) -> bool:
    """Whether the server answers a real question."""
    client = await connect(StateFolder(tmp_path / "state"), environment=environment, within=WITHIN)
    return (await client.count_workflows()).count >= 0


async def test_a_client_with_its_certificate_is_let_in(
    temporal_server: EmbeddedTemporal, authority: Authority, tmp_path: Path
) -> None:
    server, user = issue_server(authority), authority.issue("worker", user="worker")
    with TlsRelay(temporal_server.target.address, server, clients_of=authority.certificate) as relay:
        assert await reach(tmp_path, named(relay.address, **trusting(tmp_path), **known_by(user)))


async def test_a_client_without_a_certificate_is_told_and_not_let_in(
    temporal_server: EmbeddedTemporal, authority: Authority, tmp_path: Path
) -> None:
    server = issue_server(authority)
    relay = TlsRelay(temporal_server.target.address, server, clients_of=authority.certificate)
    with relay, pytest.raises(TemporalUnreachable):
        await reach(tmp_path, named(relay.address, **trusting(tmp_path)))


async def test_a_server_of_another_authority_is_not_believed(
    temporal_server: EmbeddedTemporal, authority: Authority, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    server = issue_server(Authority(tmp_path / "other"))
    with TlsRelay(temporal_server.target.address, server) as relay, pytest.raises(TemporalUnreachable):
        await reach(tmp_path, named(relay.address, **trusting(tmp_path)))


async def test_an_api_key_goes_over_tls_and_is_in_no_error(
    temporal_server: EmbeddedTemporal, authority: Authority, tmp_path: Path
) -> None:
    server = issue_server(authority)
    with TlsRelay(temporal_server.target.address, server) as relay:
        assert await reach(tmp_path, named(relay.address, **trusting(tmp_path), TEMPORAL_API_KEY="CANARY"))
    with pytest.raises(TemporalUnreachable) as caught:
        await reach(tmp_path, named(relay.address, **trusting(tmp_path), TEMPORAL_API_KEY="CANARY"))
    assert "CANARY" not in str(caught.value)
