"""The plain manifests of deploy/, as objects."""

from pathlib import Path
from typing import Any

import yaml

INSTALL = Path(__file__).parents[2] / "deploy" / "manifests" / "install.yaml"


def installed(*kinds: str) -> list[dict[str, Any]]:
    """The objects of these kinds, in the order of the kinds."""
    items = [item for item in yaml.safe_load_all(INSTALL.read_text(encoding="utf-8")) if item]
    return [item for kind in kinds for item in items if item["kind"] == kind]
