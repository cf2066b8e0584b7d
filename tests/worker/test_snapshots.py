"""How old a snapshot is, whatever the worker's clock says."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from temporalio.client import Client

from activities.policyfiles import PolicyDirectory
from activities.snapshot import STALE_AFTER
from policies.names import MANUAL
from worker.snapshots import SnapshotKeeper

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


@dataclass
class Machine:
    """A worker's own clocks."""

    own: datetime
    counted: float = 0.0

    def pass_by(self, time: timedelta, *, suspended: bool = False) -> None:
        """Time goes by. The counter stands still while the machine is suspended."""
        self.own += time
        self.counted += 0 if suspended else time.total_seconds()


def keep(client: Client, tmp_path: Path, machine: Machine) -> SnapshotKeeper:
    return SnapshotKeeper(
        client,
        "snapshots",
        PolicyDirectory(tmp_path),
        own_clock=lambda: machine.own,
        counter=lambda: machine.counted,
    )


def is_stale(keeper: SnapshotKeeper) -> bool:
    """Whether not even a pause by hand, which needs no policy, is carried out."""
    return keeper.current().objection_to_pausing(MANUAL) is not None


@pytest.mark.temporal
@pytest.mark.parametrize("off", [timedelta(0), 3 * HOUR, -3 * HOUR], ids=["right", "ahead", "behind"])
async def test_a_snapshot_grows_stale_after_a_minute_however_far_off_the_workers_clock_is(
    client: Client, tmp_path: Path, off: timedelta
) -> None:
    machine = Machine(datetime.now(UTC) + off)
    keeper = keep(client, tmp_path, machine)
    await keeper.refresh()
    machine.pass_by(STALE_AFTER)
    assert not is_stale(keeper)
    machine.pass_by(SECOND)
    assert is_stale(keeper)
    await keeper.refresh()
    assert not is_stale(keeper)


@pytest.mark.temporal
async def test_a_clock_that_is_set_back_makes_no_old_snapshot_fresh(client: Client, tmp_path: Path) -> None:
    machine = Machine(datetime.now(UTC))
    keeper = keep(client, tmp_path, machine)
    await keeper.refresh()
    machine.pass_by(2 * STALE_AFTER)
    machine.own -= HOUR
    assert is_stale(keeper)


@pytest.mark.temporal
async def test_what_was_read_before_the_machine_was_suspended_is_stale(client: Client, tmp_path: Path) -> None:
    machine = Machine(datetime.now(UTC))
    keeper = keep(client, tmp_path, machine)
    await keeper.refresh()
    machine.pass_by(HOUR, suspended=True)
    assert is_stale(keeper)


@pytest.mark.temporal
async def test_what_was_never_read_pauses_nothing(client: Client, tmp_path: Path) -> None:
    assert is_stale(keep(client, tmp_path, Machine(datetime.now(UTC))))
