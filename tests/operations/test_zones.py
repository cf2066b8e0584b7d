"""On whose clocks a time is told."""

from typing import Any

import pytest

from operations.zones import Zones
from policies.policy.document import EnforcementPolicy


def policy(name: str, zone: str | None, *namespaces: str) -> EnforcementPolicy:
    spec: dict[str, Any] = {"scope": {"namespaces": {"include": list(namespaces)}}}
    if zone is not None:
        spec["schedule"] = {"timeZone": zone, "asleep": [{"from": "Mon 20:00", "to": "22:00"}]}
    return EnforcementPolicy.model_validate({"metadata": {"name": name}, "spec": spec})


ZONES = Zones(
    policies=(
        policy("idle", None, "*"),
        policy("delhi", "Asia/Kolkata", "dev-delhi"),
        policy("berlin", "Europe/Berlin", "dev-*"),
        policy("bonn", "Europe/Berlin", "test-*"),
    )
)


@pytest.mark.parametrize(
    ("named", "namespace", "zone"),
    [
        ("delhi", "dev-delhi", "Asia/Kolkata"),
        ("berlin", "dev-delhi", "Europe/Berlin"),
        ("idle", "dev-delhi", "UTC"),
        ("manual", "dev-shop", "Europe/Berlin"),
        ("gone", "dev-shop", "Europe/Berlin"),
        ("", "test-shop", "Europe/Berlin"),
        ("", "prod", None),
        ("", None, "Europe/Berlin"),
    ],
    ids=[
        "its policy's",
        "its policy's, whatever others cover it",
        "a policy without a schedule goes by UTC",
        "asleep by hand: of those that cover it",
        "a policy that went: of those that cover it",
        "awake: of those that cover it",
        "no policy with a schedule covers it",
        "the whole cluster: the commonest",
    ],
)
def test_a_time_is_told_in_the_zone_of_its_policy_or_of_those_that_cover_it(
    named: str, namespace: str | None, zone: str | None
) -> None:
    assert ZONES.of(named, namespace) == zone


def test_without_policies_it_is_this_machines() -> None:
    assert Zones().of("nights", "dev-shop") is None
