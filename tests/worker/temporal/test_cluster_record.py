"""What is remembered of a cluster, and under which key."""

from pathlib import Path
from uuid import uuid4

import pytest
from payload_keys import connect_encrypted, write_key

from worker.errors import EncryptionError
from worker.temporal.attributes import register_attributes
from worker.temporal.cluster_record import ClusterRecord, create_record, read_record, renew_record

pytestmark = pytest.mark.temporal

RECORD = ClusterRecord(identity="this-one", instance="me")


async def remember_under(temporal: str, folder: Path, key: str) -> str:
    """A cluster that is remembered under this key."""
    cluster = f"keyed-{uuid4().hex[:8]}"
    write_key(folder, key)
    client = await connect_encrypted(temporal, folder)
    await register_attributes(client)
    await create_record(client, cluster, RECORD)
    return cluster


async def test_a_worker_that_starts_takes_the_record_to_the_newest_key(temporal: str, tmp_path: Path) -> None:
    cluster = await remember_under(temporal, tmp_path, "2026")
    write_key(tmp_path, "2027")
    await renew_record(await connect_encrypted(temporal, tmp_path), cluster, RECORD)
    (tmp_path / "2026").unlink()
    assert await read_record(await connect_encrypted(temporal, tmp_path), cluster) == RECORD


async def test_a_record_whose_key_is_gone_is_an_error_and_never_replaced(temporal: str, tmp_path: Path) -> None:
    cluster = await remember_under(temporal, tmp_path, "2026")
    write_key(tmp_path, "2027")
    (tmp_path / "2026").unlink()
    with pytest.raises(EncryptionError, match="there is no key '2026'"):
        await read_record(await connect_encrypted(temporal, tmp_path), cluster)
