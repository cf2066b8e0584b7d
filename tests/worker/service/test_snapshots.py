"""How old a snapshot is, whatever the worker's clock says, and what it knows of a hold."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.client import Client, ScheduleActionStartWorkflow, ScheduleUpdate, ScheduleUpdateInput

from activities.policy_sources.files import PolicyDirectory
from activities.snapshot import STALE_AFTER, Hold
from policies.names import MANUAL, reconcile_id
from worker.errors import RecordUnreadable
from worker.service.snapshots import RECORD_SECONDS, SnapshotKeeper
from worker.temporal.attributes import register_attributes
from worker.temporal.cluster_record import ClusterRecord, create_record, read_record, set_hold

ANNA = Hold(by="anna", since=datetime(2026, 11, 24, tzinfo=UTC))
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


async def keep(client: Client, tmp_path: Path, machine: Machine, cluster: str = "snapshots") -> SnapshotKeeper:
    """The keeper of a cluster that a worker has claimed."""
    await register_attributes(client)
    await create_record(client, cluster, ClusterRecord(identity="this-one", instance="me"))
    return SnapshotKeeper(
        client,
        cluster,
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
    keeper = await keep(client, tmp_path, machine)
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
    keeper = await keep(client, tmp_path, machine)
    await keeper.refresh()
    machine.pass_by(2 * STALE_AFTER)
    machine.own -= HOUR
    assert is_stale(keeper)


@pytest.mark.temporal
async def test_what_was_read_before_the_machine_was_suspended_is_stale(client: Client, tmp_path: Path) -> None:
    machine = Machine(datetime.now(UTC))
    keeper = await keep(client, tmp_path, machine)
    await keeper.refresh()
    machine.pass_by(HOUR, suspended=True)
    assert is_stale(keeper)


@pytest.mark.temporal
async def test_what_was_never_read_pauses_nothing(client: Client, tmp_path: Path) -> None:
    assert is_stale(await keep(client, tmp_path, Machine(datetime.now(UTC))))


async def delete_record(client: Client, cluster: str) -> None:
    await client.get_schedule_handle(reconcile_id(cluster)).delete()


def with_memo(memo: dict[str, object]) -> Callable[[ScheduleUpdateInput], ScheduleUpdate]:
    """Somebody edits the Schedule."""

    def edit(update: ScheduleUpdateInput) -> ScheduleUpdate:
        schedule = update.description.schedule
        assert isinstance(schedule.action, ScheduleActionStartWorkflow)
        schedule.action.memo = memo
        return ScheduleUpdate(schedule)

    return edit


async def drop_memo(client: Client, cluster: str) -> None:
    await client.get_schedule_handle(reconcile_id(cluster)).update(with_memo({}))


async def garble_memo(client: Client, cluster: str) -> None:
    await client.get_schedule_handle(reconcile_id(cluster)).update(with_memo({"cluster": {"hold": "perhaps"}}))


@pytest.mark.temporal
@pytest.mark.parametrize("lose", [delete_record, drop_memo, garble_memo], ids=["deleted", "dropped", "garbled"])
@pytest.mark.parametrize("hold", [ANNA, None], ids=["under a hold", "without a hold"])
async def test_hold_unknown_pauses_nothing_and_the_record_is_written_again_with_the_hold_that_was_known(
    client: Client, tmp_path: Path, lose: Callable[[Client, str], Awaitable[None]], hold: Hold | None
) -> None:
    machine, cluster = Machine(datetime.now(UTC)), f"lost-{uuid4().hex[:8]}"
    keeper = await keep(client, tmp_path, machine, cluster)
    await set_hold(client, cluster, hold)
    await keeper.refresh()

    await lose(client, cluster)
    machine.pass_by(timedelta(seconds=RECORD_SECONDS))
    snapshot = await keeper.refresh()
    assert (snapshot.hold, snapshot.hold_known, snapshot.held) == (hold, False, True)
    assert snapshot.objection_to_pausing(MANUAL) is not None

    assert await read_record(client, cluster) == ClusterRecord(identity="this-one", instance="me", hold=hold)
    machine.pass_by(SECOND)
    snapshot = await keeper.refresh()
    assert (snapshot.hold, snapshot.hold_known, snapshot.held) == (hold, True, hold is not None)


@pytest.mark.temporal
@pytest.mark.parametrize("lose", [delete_record, drop_memo, garble_memo], ids=["deleted", "dropped", "garbled"])
async def test_a_hold_cannot_be_set_where_there_is_no_record(
    client: Client, lose: Callable[[Client, str], Awaitable[None]]
) -> None:
    cluster = f"lost-{uuid4().hex[:8]}"
    await register_attributes(client)
    await create_record(client, cluster, ClusterRecord(identity="this-one"))
    await lose(client, cluster)
    with pytest.raises(RecordUnreadable, match="it is not known whether a hold is on"):
        await set_hold(client, cluster, ANNA)


@pytest.mark.temporal
async def test_a_hold_is_read_every_few_seconds_and_policies_every_round(client: Client, tmp_path: Path) -> None:
    machine, cluster = Machine(datetime.now(UTC)), f"hold-{uuid4().hex[:8]}"
    keeper = await keep(client, tmp_path, machine, cluster)
    await keeper.refresh()
    await set_hold(client, cluster, ANNA)
    machine.pass_by(timedelta(seconds=RECORD_SECONDS) - SECOND)
    assert (await keeper.refresh()).hold is None
    assert keeper.current().age == timedelta(seconds=RECORD_SECONDS) - SECOND
    machine.pass_by(SECOND)
    assert (await keeper.refresh()).hold == ANNA
    assert keeper.current().age == timedelta(0)
