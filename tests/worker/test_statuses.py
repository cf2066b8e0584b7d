"""What keeps a policy from its work, as its status says it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from cases import policy

from activities.snapshot import Hold, Snapshot
from policies.rights import RIGHTS, Right
from worker.statuses import hindrance_of

NOW = datetime(2026, 11, 23, tzinfo=UTC)
WEBHOOKS = tuple(right for right in RIGHTS if right.name == "protect validating webhooks")
EVENTS = tuple(right for right in RIGHTS if right.name == "write Kubernetes Events")


@pytest.mark.parametrize(
    ("spec", "known", "missing", "reason"),
    [
        pytest.param({}, {}, (), None, id="nothing"),
        pytest.param({}, {"hold": Hold(by="anna", since=NOW)}, (), "Held", id="a hold"),
        pytest.param({}, {"objection": "their CRD is older"}, (), "OlderDefinition", id="an older definition"),
        pytest.param({"idleWindow": "48h"}, {}, (), "IdlenessNotMeasured", id="nobody measures idleness"),
        pytest.param({}, {}, WEBHOOKS, "RightsMissing", id="webhooks may not be listed"),
        pytest.param({"mode": "DryRun"}, {}, WEBHOOKS, None, id="and it pauses nothing"),
        pytest.param({}, {}, EVENTS, None, id="a right that guards nothing"),
    ],
)
def test_what_hinders_a_policy(
    spec: dict[str, Any], known: dict[str, Any], missing: tuple[Right, ...], reason: str | None
) -> None:
    found = hindrance_of(policy(**spec), Snapshot(read_at=NOW, **known), missing, measures_idleness=False)
    assert (None if found is None else found[0]) == reason


def test_a_missing_right_is_told_with_what_it_means() -> None:
    found = hindrance_of(policy(), Snapshot(read_at=NOW), WEBHOOKS, measures_idleness=True)
    assert found is not None
    assert "the cluster may refuse every write, wakes among them" in found[1]
