"""What keeps a policy from its work, as its status says it."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cases import policy

import worker.service.statuses
from activities.costs.source import CostSource
from activities.idleness.source import IdleSource
from activities.snapshot import Hold, Snapshot
from policies.rights.rights import RIGHTS, Right
from worker.service.statuses import hindered_by_sources, hindrance_of

NOW = datetime(2026, 11, 23, tzinfo=UTC)
WEBHOOKS = tuple(right for right in RIGHTS if right.name == "protect validating webhooks")
EVENTS = tuple(right for right in RIGHTS if right.name == "write Kubernetes Events")


@pytest.mark.parametrize(
    ("spec", "known", "missing", "reason"),
    [
        pytest.param({}, {}, (), None, id="nothing"),
        pytest.param({}, {"hold": Hold(by="anna", since=NOW)}, (), "Held", id="a hold"),
        pytest.param({}, {"objection": "their CRD is older"}, (), "OlderDefinition", id="an older definition"),
        pytest.param({}, {"hold_known": False}, (), "HoldUnknown", id="nobody knows of a hold"),
        pytest.param({"idleWindow": "48h"}, {}, (), "IdlenessUnknown", id="what the sources say"),
        pytest.param({}, {}, WEBHOOKS, "RightsMissing", id="webhooks may not be listed"),
        pytest.param({"mode": "DryRun"}, {}, WEBHOOKS, None, id="and it pauses nothing"),
        pytest.param({}, {}, EVENTS, None, id="a right that guards nothing"),
    ],
)
def test_what_hinders_a_policy(
    spec: dict[str, Any], known: dict[str, Any], missing: tuple[Right, ...], reason: str | None
) -> None:
    by_source = ("IdlenessUnknown", "Prometheus gives no answer") if "idleWindow" in spec else None
    found = hindrance_of(policy(**spec), Snapshot(read_at=NOW, **known), missing, by_source)
    assert (None if found is None else found[0]) == reason


def test_a_missing_right_is_told_with_what_it_means() -> None:
    found = hindrance_of(policy(), Snapshot(read_at=NOW), WEBHOOKS, None)
    assert found is not None
    assert "the cluster may refuse every write, wakes among them" in found[1]


def test_every_reason_is_documented() -> None:
    """Those that worker/service/statuses.py gives stand in the row of Degraded, beside the one of a broken policy."""
    given = set(
        re.findall(r'return \(?\s*"(\w+)",\s', Path(worker.service.statuses.__file__).read_text(encoding="utf-8"))
    )
    text = (Path(__file__).parents[3] / "docs" / "operations.md").read_text(encoding="utf-8")
    (row,) = re.findall(r"^\| `Degraded` \| ([^|]*) \|", text, flags=re.MULTILINE)
    assert {"OlderDefinition", "NotScheduled", "RightsMissing"} < given
    assert set(re.findall(r"`(\w+)`", row)) == given | {"Invalid"}


@dataclass(frozen=True)
class Source:
    """One in trouble, or not."""

    trouble: str = ""
    name: str = "OpenCost"
    currency: str = "USD"

    def fetch(self, *_: Any) -> Any:
        raise AssertionError("a status asks nobody")


BY_COST, BY_IDLENESS = policy(minHourlyCost=0.1), policy(minHourlyCost=None, idleWindow="48h")
BY_BOTH = policy(minHourlyCost=0.1, idleWindow="48h")
WELL, DEAD = Source(), Source("Prometheus gives no answer: nothing is paused meanwhile")


@pytest.mark.parametrize(
    ("under", "costs", "idleness", "word"),
    [
        pytest.param(BY_COST, WELL, None, None, id="it asks for costs, which are known"),
        pytest.param(BY_COST, WELL, DEAD, None, id="and not for idleness"),
        pytest.param(BY_COST, DEAD, WELL, "CostsUnknown", id="costs are unknown"),
        pytest.param(BY_IDLENESS, DEAD, WELL, None, id="it asks for idleness, which is known"),
        pytest.param(BY_IDLENESS, WELL, None, "IdlenessNotMeasured", id="nobody measures idleness"),
        pytest.param(BY_IDLENESS, WELL, DEAD, "IdlenessUnknown", id="idleness is unknown"),
        pytest.param(BY_BOTH, DEAD, WELL, "CostsUnknown", id="it asks for both, and one is unknown"),
    ],
)
def test_a_status_says_what_the_policy_asks_for_and_nobody_knows(
    under: Any, costs: CostSource, idleness: IdleSource | None, word: str | None
) -> None:
    found = hindered_by_sources(under, costs, idleness)
    assert (None if found is None else found[0]) == word
