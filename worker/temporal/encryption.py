"""What Temporal stores, encrypted: AES-256-GCM with keys from files, so that they can be rotated.

A folder holds one file for each key: its name is the key's, its text 32 bytes in base64. The last by name encrypts, all
of them decrypt. A new key is first put into the folder of every process, under a name before the present one, and gets
its last name when all have it. What was stored before encryption was on is still read.

The Temporal UI then shows no payloads. Search attributes (namespaces, policies, phases, times) are never encrypted.

What cannot be decrypted is an error to whoever reads it, and not before: a workflow's task is handed all that has
happened at once, and one signal that nobody can read would keep it from every other.
"""

import base64
import binascii
import dataclasses
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import PydanticPayloadConverter, pydantic_data_converter
from temporalio.converter import (
    CompositePayloadConverter,
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    EncodingPayloadConverter,
    PayloadCodec,
)

from worker.errors import EncryptionError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

ENCODING = b"binary/encrypted"
_KEY_ID = "key-id"
_UNREADABLE = "unreadable"
"""Why it could not be decrypted: never stored, only for the converter behind the codec."""
_NONCE_BYTES = 12
"""What AES-GCM is specified for."""
_KEY_BYTES = 32
_NAME = re.compile(r"[A-Za-z0-9][-A-Za-z0-9_.]{0,62}")


class KeyFolder:
    """The keys of a folder, read again when one is asked for that was not there."""

    def __init__(self, folder: Path) -> None:
        """Raises EncryptionError where there is no usable key, or no package for it."""
        self._folder = folder
        self._keys = self._read()

    @property
    def latest(self) -> tuple[str, "AESGCM"]:
        """The one that encrypts."""
        name = max(self._keys)
        return name, self._keys[name]

    def key(self, name: str) -> "AESGCM":
        """The key of that name. Raises EncryptionError."""
        if name not in self._keys:
            self._keys = self._read()
        if name not in self._keys:
            raise EncryptionError(f"there is no key {name!r} in {self._folder}, and something was encrypted with it")
        return self._keys[name]

    def _read(self) -> dict[str, "AESGCM"]:
        try:
            from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - an extra
        except ImportError:
            raise EncryptionError("encryption needs pip install 'finops-enforcer[encryption]'") from None
        try:
            # Kubernetes mounts a Secret with folders and links of its own, all of which begin with dots.
            files = sorted(file for file in self._folder.iterdir() if not file.name.startswith("."))
            texts = {file.name: file.read_text(encoding="ascii") for file in files}
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "a key is not base64"
            raise EncryptionError(f"the keys in {self._folder} cannot be read: {reason}") from None
        if not texts:
            raise EncryptionError(f"there is no key in {self._folder}")
        return {name: AESGCM(self._decode(name, text)) for name, text in texts.items()}

    def _decode(self, name: str, text: str) -> bytes:
        try:
            key = base64.b64decode(text.strip(), validate=True)
        except (ValueError, binascii.Error):
            key = b""
        if len(key) != _KEY_BYTES or not _NAME.fullmatch(name):
            raise EncryptionError(
                f"{self._folder / name} is not a key: it needs 32 bytes in base64 (openssl rand -base64 32), and a "
                "name of letters, digits, dots, hyphens and underscores"
            )
        return key


class EncryptionCodec(PayloadCodec):
    """Encrypts every payload, and decrypts what was encrypted."""

    def __init__(self, keys: KeyFolder) -> None:
        self._keys = keys

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Each encrypted, its metadata too."""
        name, cipher = self._keys.latest
        return [_encrypt(payload, name, cipher) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Each as it was. One whose key is missing, or that somebody changed, stays as it is and says why."""
        return [self._decode(payload) for payload in payloads]

    def _decode(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") != ENCODING:
            return payload
        try:
            return _decrypt(payload, self._keys)
        except EncryptionError as error:
            told = {**payload.metadata, _UNREADABLE: str(error).encode()}
            return Payload(metadata=told, data=payload.data)


class _Undecrypted(EncodingPayloadConverter):
    """What the codec had to leave as it was."""

    @property
    def encoding(self) -> str:
        """How it is marked."""
        return ENCODING.decode()

    def to_payload(self, value: Any) -> None:
        """Nothing: encrypting is the codec's."""

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> Any:  # noqa: ARG002 - the SDK's signature
        """Raises EncryptionError."""
        raise EncryptionError(payload.metadata[_UNREADABLE].decode())


class EncryptedPayloadConverter(CompositePayloadConverter):
    """The converter behind the codec."""

    def __init__(self) -> None:
        super().__init__(*PydanticPayloadConverter().converters.values(), _Undecrypted())


def build_converter(keys: Path | None) -> DataConverter:
    """The converter of every client and worker: encrypting where there is a folder of keys. Raises EncryptionError."""
    if keys is None:
        return pydantic_data_converter
    return dataclasses.replace(
        pydantic_data_converter,
        payload_converter_class=EncryptedPayloadConverter,
        payload_codec=EncryptionCodec(KeyFolder(keys)),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )


def _encrypt(payload: Payload, name: str, cipher: "AESGCM") -> Payload:
    nonce = os.urandom(_NONCE_BYTES)
    text = cipher.encrypt(nonce, payload.SerializeToString(), name.encode())
    return Payload(metadata={"encoding": ENCODING, _KEY_ID: name.encode()}, data=nonce + text)


def _decrypt(payload: Payload, keys: KeyFolder) -> Payload:
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - an extra

    name = payload.metadata[_KEY_ID].decode("ascii", "replace")
    nonce, text = payload.data[:_NONCE_BYTES], payload.data[_NONCE_BYTES:]
    try:
        return Payload.FromString(keys.key(name).decrypt(nonce, text, name.encode()))
    except (InvalidTag, ValueError):  # a text too short to hold a nonce is the latter
        raise EncryptionError(
            f"what was encrypted with the key {name!r} was changed, or was encrypted with another key"
        ) from None
