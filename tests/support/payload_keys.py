"""Keys of encryption, as files in a folder."""

import base64
from pathlib import Path

from temporalio.client import Client

from worker.temporal.encryption import build_converter


def write_key(folder: Path, name: str) -> None:
    """A key of that name, a different one for every name."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(base64.b64encode(name.encode().ljust(32, b"-")[:32]).decode() + "\n")


async def connect_encrypted(address: str, folder: Path) -> Client:
    """A client that encrypts with the last of the keys that are there now."""
    return await Client.connect(address, data_converter=build_converter(folder))
