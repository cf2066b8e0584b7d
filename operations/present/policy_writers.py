"""When a policy was last changed and by whom, as far as its source keeps that.

The cluster remembers the program that wrote a spec, and not the person behind it; a file has an owner and a time.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from activities.errors import KubernetesError
from activities.policy_sources.resources import PATH
from operations.installation import Installation
from policies.models import Frozen
from policies.names import FIELD_MANAGER
from policies.times import from_rfc3339
from worker.settings.values import PolicyPlace

_NOT_KNOWN = "not known"


class LastChange(Frozen):
    """The last change of a policy's document."""

    at: datetime | None = None
    by: str = _NOT_KNOWN
    """Who, or which program, in words."""


def find_last_changes(installation: Installation) -> Mapping[str, LastChange]:
    """The last change of each policy by its name. What cannot be read is left out: it is not known."""
    if installation.settings.policy_source is PolicyPlace.FILES:
        return _in_folder(Path(installation.policies.place))
    try:
        listed: Any = json.loads(installation.cluster.transport.request("GET", PATH).body)
    except KubernetesError:
        return {}
    return {item["metadata"]["name"]: _of_resource(item["metadata"]) for item in listed.get("items") or ()}


def _in_folder(folder: Path) -> Mapping[str, LastChange]:
    """Of the files that `finops apply` writes, one for a policy."""
    found = {}
    for file in sorted(folder.glob("*.y*ml")):
        try:
            at, owner = datetime.fromtimestamp(file.stat().st_mtime, UTC), file.owner()
        except (OSError, KeyError):
            continue
        found[file.stem] = LastChange(at=at, by=f"{owner}, who owns {file.name}")
    return found


def _of_resource(metadata: Mapping[str, Any]) -> LastChange:
    """The program that last wrote the object itself, its status aside."""
    writers = [
        (entry["time"], entry.get("manager", ""))
        for entry in metadata.get("managedFields") or ()
        if entry.get("subresource", "") != "status" and "time" in entry
    ]
    if not writers:
        return LastChange()
    time, manager = max(writers)
    program = "finops apply" if manager == FIELD_MANAGER else manager
    try:
        at = from_rfc3339(time)
    except ValueError:
        return LastChange(by=program)
    return LastChange(at=at, by=f"{program} (the cluster keeps no person)")
