from pathlib import Path

import pytest
from asking import ask_as
from cases import NOW, policy

from operations.changes.carrying_out import carry_out, open_client_if_up, remove_policies
from operations.changes.policy_change import Novelty, PolicyChange, compare
from operations.errors import OperationError
from operations.installation import Installation
from operations.policy_source import read_names

BOTH_NEW = {"new": Novelty.CREATED, "second": Novelty.CREATED}


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
    assert steps == ["policy second (Enforce) created", "policy third removed"]


async def test_a_policy_that_is_unchanged_is_not_written(installation: Installation) -> None:
    [_ async for _ in carry_out(installation, None, change(installation))]
    assert read_names(installation) == ["second"]


async def test_what_was_written_before_a_failure_has_been_told(installation: Installation) -> None:
    (installation.settings.policies / "second.yaml").mkdir(parents=True)
    two_new = change(installation).replace(policies=(policy("new"), policy("second")), novelties=BOTH_NEW)
    steps = carry_out(installation, None, two_new)
    assert str(await anext(steps)) == "policy new (Enforce) created"
    with pytest.raises(OSError, match=r"second\.yaml"):
        await anext(steps)


async def test_a_policy_that_is_removed_is_gone(installation: Installation) -> None:
    [_ async for _ in carry_out(installation, None, change(installation))]
    (removed,) = [each async for each in remove_policies(installation, None, ["second"])]
    assert (removed.policy, read_names(installation)) == ("second", [])


async def test_without_temporal_a_change_that_sleepers_have_to_hear_of_says_that_nothing_was_written(
    tmp_path: Path,
) -> None:
    asked = ask_as(tmp_path, cluster="dev")
    assert await open_client_if_up(asked, asleep=0) is None
    with pytest.raises(OperationError, match="nothing was written, because 16 sleepers would have to hear") as refused:
        await open_client_if_up(asked, asleep=16)
    assert "finops resume --all --direct" in str(refused.value)
