from pathlib import Path

import pytest
from cases import NOW, policy

from operations.changes.carrying_out import carry_out, remove_policies
from operations.changes.policy_change import PolicyChange, compare
from operations.installation import Installation
from operations.policy_source import read_names


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    return Installation({"state_dir": tmp_path / "state"}, user="me@here")


def change(installation: Installation) -> PolicyChange:
    """Of `first`, which is in force, and of `second`, which is not; `third` goes."""
    return compare(
        [policy("first"), policy("second")],
        [policy("first"), policy("third")],
        [],
        prune=True,
        instance=None,
        settings=installation.settings,
        now=NOW,
    )


async def test_each_step_is_told_as_it_is_done(installation: Installation) -> None:
    steps = [str(step) async for step in carry_out(installation, None, change(installation))]
    assert steps == ["policy first (Enforce) unchanged", "policy second (Enforce) created", "policy third removed"]
    assert read_names(installation) == ["first", "second"]


async def test_what_was_written_before_a_failure_has_been_told(installation: Installation) -> None:
    (installation.settings.policies / "second.yaml").mkdir(parents=True)
    steps = carry_out(installation, None, change(installation))
    assert str(await anext(steps)) == "policy first (Enforce) unchanged"
    with pytest.raises(OSError, match=r"second\.yaml"):
        await anext(steps)


async def test_a_policy_that_is_removed_is_gone(installation: Installation) -> None:
    [_ async for _ in carry_out(installation, None, change(installation))]
    (removed,) = [each async for each in remove_policies(installation, None, ["first"])]
    assert (removed.policy, read_names(installation)) == ("first", ["second"])
