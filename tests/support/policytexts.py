"""Policies as text, read as the file that holds them would be."""

from pathlib import Path
from tempfile import TemporaryDirectory

from activities.policy_sources.files import read_policies
from activities.policy_sources.source import PoliciesRead


def read_policy_text(content: bytes, file: str) -> PoliciesRead:
    """The policies in a file of that name and content."""
    with TemporaryDirectory() as folder:
        path = Path(folder, file)
        path.write_bytes(content)
        return read_policies(path)
