"""A signal counts whatever was typed into it: `reactivate` wakes, `check` looks."""

import asyncio
import base64
from pathlib import Path

import pytest
from short_lives import ASLEEP, Cluster, asleep, came, life, reached
from temporalio.api.common.v1 import Payload
from temporalio.client import Client
from temporalio.common import RawValue

from policies.names import CHECK, REACTIVATE
from policies.sleep.messages import AWAKE_PHASES, Phase
from worker.embedded.temporal import EmbeddedTemporal
from worker.temporal.connection import connect_to
from worker.temporal.encryption import build_converter

pytestmark = pytest.mark.temporal


def raw(data: bytes, **metadata: bytes) -> RawValue:
    return RawValue(Payload(metadata=metadata, data=data))


UNREADABLE = {
    "half a character": raw(b'{"by":"anna","reason":"\\ud83d"}', encoding=b"json/plain"),
    "no JSON": raw(b"wake up", encoding=b"json/plain"),
    "no UTF-8": raw(b'"\xff"', encoding=b"json/plain"),
    "too deep": raw(b"[" * 100_000, encoding=b"json/plain"),
    "a protobuf of no type": raw(b'{"by":"anna"}', encoding=b"json/protobuf"),
    "an unknown encoding": raw(b"<by>anna</by>", encoding=b"text/xml"),
    "an encoding that is no text": raw(b"anna", encoding=b"\xff"),
    "no encoding": raw(b"now"),
    "nothing at all": raw(b""),
    "encrypted, and no keys are set": raw(b"secret", encoding=b"binary/encrypted"),
}


@pytest.mark.parametrize("signal", [REACTIVATE, CHECK])
@pytest.mark.parametrize("given", UNREADABLE.values(), ids=UNREADABLE)
async def test_a_signal_that_nobody_can_read_is_a_plain_one(
    temporal_client: Client, given: RawValue, signal: str
) -> None:
    cluster = Cluster(ASLEEP)
    async with asyncio.timeout(60), life(temporal_client, cluster, **asleep()) as handle:
        await reached(handle, Phase.ASLEEP)
        await handle.signal(signal, given)
        await came(lambda: cluster.reads)
        if signal == REACTIVATE:
            status = await reached(handle, *AWAKE_PHASES)
            assert status.awake_sentence == "woken by somebody"


@pytest.mark.parametrize(
    ("given", "told"),
    [((), "somebody"), (("anna",), "anna"), (({"by": "anna"}, "now", 17), "anna")],
    ids=["none", "one", "three"],
)
async def test_a_signal_may_have_any_number_of_inputs_of_which_the_first_counts(
    temporal_client: Client, given: tuple[object, ...], told: str
) -> None:
    async with asyncio.timeout(60), life(temporal_client, Cluster(ASLEEP), **asleep()) as handle:
        await handle.signal(REACTIVATE, args=given)
        status = await reached(handle, *AWAKE_PHASES)
        assert status.awake_sentence == f"woken by {told}"


@pytest.mark.parametrize(
    "metadata",
    [{"key-id": b"a key that is gone"}, {"key-id": b"2026"}, {}],
    ids=["its key is gone", "too short", "without a key"],
)
async def test_a_signal_that_cannot_be_decrypted_wakes_and_keeps_no_other_from_being_heard(
    temporal_server: EmbeddedTemporal, tmp_path: Path, metadata: dict[str, bytes]
) -> None:
    (tmp_path / "2026").write_text(base64.b64encode(bytes(32)).decode())
    private = await connect_to(temporal_server.target, converter=build_converter(tmp_path))
    async with asyncio.timeout(60), life(private, Cluster(ASLEEP), **asleep()) as handle:
        await reached(handle, Phase.ASLEEP)
        plain = await connect_to(temporal_server.target)
        unread = raw(b"secret", encoding=b"binary/encrypted", **metadata)
        await plain.get_workflow_handle(handle.id).signal(REACTIVATE, unread)
        await reached(handle, *AWAKE_PHASES)
