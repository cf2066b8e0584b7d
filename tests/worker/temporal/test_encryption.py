"""What Temporal stores, encrypted with keys from files."""

import base64
from pathlib import Path

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import pydantic_data_converter

from policies.sleep.messages import WakeRequest
from worker.embedded.temporal import EmbeddedTemporal
from worker.errors import EncryptionError
from worker.temporal.connection import connect_to
from worker.temporal.encryption import EncryptionCodec, KeyFolder, build_converter

SECRET = "because of the audit"


def write_key(folder: Path, name: str, byte: int) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(base64.b64encode(bytes([byte]) * 32).decode() + "\n")


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    write_key(tmp_path / "keys", "2026-01", 1)
    return tmp_path / "keys"


async def encrypted(keys: Path) -> Payload:
    (payload,) = await build_converter(keys).encode([WakeRequest(by="anna", reason=SECRET)])
    return payload


async def decrypted(keys: Path, payload: Payload) -> WakeRequest:
    (wake,) = await build_converter(keys).decode([payload], [WakeRequest])
    assert isinstance(wake, WakeRequest)
    return wake


async def test_what_was_encrypted_is_not_readable_and_comes_back(keys: Path) -> None:
    payload = await encrypted(keys)
    assert SECRET.encode() not in payload.SerializeToString()
    assert (await decrypted(keys, payload)).reason == SECRET


async def test_the_same_text_is_never_encrypted_alike(keys: Path) -> None:
    assert (await encrypted(keys)).data != (await encrypted(keys)).data


async def test_after_a_rotation_the_new_key_encrypts_and_the_old_one_still_decrypts(keys: Path) -> None:
    old = await encrypted(keys)
    write_key(keys, "2026-02", 2)
    new = await encrypted(keys)
    assert [payload.metadata["key-id"] for payload in (old, new)] == [b"2026-01", b"2026-02"]
    assert (await decrypted(keys, old)).reason == SECRET


async def test_a_key_that_came_later_is_found_without_a_restart(keys: Path, tmp_path: Path) -> None:
    codec = EncryptionCodec(KeyFolder(keys))
    write_key(tmp_path / "others", "2026-02", 2)
    payload = await encrypted(tmp_path / "others")
    write_key(keys, "2026-02", 2)
    (decoded,) = await codec.decode([payload])
    assert SECRET.encode() in decoded.data


async def test_what_was_stored_before_is_still_read(keys: Path) -> None:
    (plain,) = await pydantic_data_converter.encode([WakeRequest(by="anna", reason=SECRET)])
    assert (await decrypted(keys, plain)).reason == SECRET


async def test_a_text_that_somebody_changed_is_refused(keys: Path) -> None:
    payload = await encrypted(keys)
    payload.data = payload.data[:-1] + bytes([payload.data[-1] ^ 1])
    with pytest.raises(EncryptionError, match="was changed"):
        await decrypted(keys, payload)


async def test_a_missing_key_is_named(keys: Path, tmp_path: Path) -> None:
    payload = await encrypted(keys)
    write_key(tmp_path / "others", "2026-02", 2)
    with pytest.raises(EncryptionError, match="there is no key '2026-01'"):
        await decrypted(tmp_path / "others", payload)


@pytest.mark.parametrize(
    ("text", "told"),
    [("", "is not a key"), ("not base64!", "is not a key"), (base64.b64encode(b"short").decode(), "is not a key")],
    ids=["empty", "no base64", "too short"],
)
def test_a_key_that_is_none_is_named_and_never_quoted(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "key").write_text(text)
    with pytest.raises(EncryptionError, match=told) as caught:
        build_converter(tmp_path)
    assert not text or text not in str(caught.value)


@pytest.mark.parametrize("folder", ["missing", "empty"])
def test_a_folder_without_keys_is_an_error_and_not_plain_text(tmp_path: Path, folder: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(EncryptionError):
        build_converter(tmp_path / folder)


@pytest.mark.temporal
async def test_a_server_never_sees_the_text(temporal_server: EmbeddedTemporal, keys: Path) -> None:
    client = await connect_to(temporal_server.target)
    private = await connect_to(temporal_server.target, converter=build_converter(keys))
    handle = await private.start_workflow(
        "Nobody", WakeRequest(by="anna", reason=SECRET), id="encrypted", task_queue="nobody", static_summary=SECRET
    )
    try:
        seen = (await client.get_workflow_handle("encrypted").fetch_history()).to_json()
        assert base64.b64encode(b"binary/encrypted").decode() in seen
        assert SECRET not in seen
        assert base64.b64encode(SECRET.encode())[:12].decode() not in seen
    finally:
        await handle.terminate()
