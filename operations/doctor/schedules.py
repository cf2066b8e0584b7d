"""The part of `finops doctor` about Schedules: has each policy one, and does it run."""

from collections.abc import Iterator

from temporalio.client import Client

from operations.doctor.check_results import CheckResult, fail, ok, warn
from operations.installation import Installation
from operations.policy_source import read_names
from worker.temporal.schedule_states import ScheduleSeen, read_states


async def check_schedules(installation: Installation, client: Client) -> list[CheckResult]:
    """Those that Temporal has, held against the policies that can be read from here. Raises RPCError."""
    return list(_judge(await read_states(client, installation.settings.cluster, read_names(installation))))


def _judge(schedules: tuple[ScheduleSeen, ...]) -> Iterator[CheckResult]:
    for each in schedules:
        if each.problem:
            tell = fail if each.state == "missing" else warn
            yield tell("Schedules", each.problem)
    if not any(each.problem for each in schedules):
        yield ok("Schedules", f"{sum(1 for each in schedules if each.policy)} of policies, all running")
