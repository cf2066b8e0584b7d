"""The histories that `make histories` keeps for the replay tests: those of the workflows that a test is about."""

import json
import os
import re
from pathlib import Path
from typing import Any

from hibernations import runs_of
from temporalio.client import Client

HISTORIES = Path(__file__).parents[1] / "histories"

_NAMING = frozenset({"identity", "stackTrace"})
"""Fields that tell of the machine it was recorded on. A replay reads neither."""


async def keep_history(client: Client, workflow_id: str, name: str = "", suffix: str = "") -> None:
    """Keep the history of this workflow under the name, else under that of the present test with its case, if
    histories are being recorded. One that is kept already stays as it is; one that is encrypted is not kept, because a
    replay has no keys.

    Of one that continued as new: its first run, and the next, which takes up what that hands on.
    """
    asked = os.environ.get("RECORD_HISTORIES")
    if asked is None or client.data_converter.payload_codec is not None:
        return
    path = HISTORIES / f"{name or _present_test()}{suffix}{asked and f'@{asked}'}.json"
    if path.exists():
        return
    runs = await runs_of(client, workflow_id)
    for number, history in enumerate(runs[:2], start=1):
        named = path if number == 1 else path.with_stem(f"{path.stem}_{number}")
        named.write_text(json.dumps(_anonymous(json.loads(history.to_json())), separators=(",", ":")) + "\n")


def _present_test() -> str:
    """`tests/workflows/test_x.py::test_that_it_holds[long, short] (call)` is `that_it_holds_long_short`."""
    test = os.environ["PYTEST_CURRENT_TEST"].rpartition(" ")[0].rpartition("::")[2]
    return re.sub(r"[^a-z0-9]+", "_", test.removeprefix("test_").lower()).strip("_")


def _anonymous(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: "" if key in _NAMING else _anonymous(item) for key, item in value.items()}
    return [_anonymous(item) for item in value] if isinstance(value, list) else value
