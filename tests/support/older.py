"""The version before, as it really was: a commit of this repository's own history, unpacked beside it."""

import io
import subprocess
import tarfile
from pathlib import Path

import pytest

OLDER = "31fddf6776bb71024e734640f3b5b6064f39b672"
"""The first commit whose workflows have the ids and the histories of today: there is no version to go back to before
it. It moves to each release."""

_REPOSITORY = Path(__file__).parents[2]


def unpack_older(folder: Path) -> Path:
    """The tree of that commit. Skips the test where this clone does not have it."""
    asked = subprocess.run(
        ["git", "-C", str(_REPOSITORY), "archive", "--format=tar", OLDER], capture_output=True, check=False
    )
    if asked.returncode:
        pytest.skip(f"this clone has no commit {OLDER[:7]}, the version to roll back to; fetch the whole history")
    with tarfile.open(fileobj=io.BytesIO(asked.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder


def of_tree(folder: Path) -> dict[str, str]:
    """The environment in which `python -m cli` is the one of that tree, wherever it is started."""
    return {"PYTHONPATH": str(folder), "PYTHONSAFEPATH": "1"}
