"""The worker's source of policies as `apply` and `delete` change it, and who hears of a change."""

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.hibernations import open_query
from activities.policyfiles import PolicyDirectory, PolicySourceUnreadable
from cli.errors import Refused
from cli.session import Session
from cli.temporal import list_open, open_client
from policies.document import EnforcementPolicy
from policies.hibernation import Check
from policies.names import CHECK
from worker.errors import NoTemporalKnown, TemporalUnreachable
from worker.snapshots import REFRESH_SECONDS

SNAPSHOT_SECONDS = REFRESH_SECONDS + 1.0
"""How long until a worker has surely read a change: a run or a check before that is judged by the old policies."""
_AT_ONCE = 32


def read_applied(session: Session) -> tuple[EnforcementPolicy, ...]:
    """The policies in force; none where nothing was ever applied."""
    directory = PolicyDirectory(session.settings.policies)
    try:
        read = directory.read()
    except PolicySourceUnreadable:
        return ()
    for problem in read.problems:
        session.terminal.note(f"warning: in force and broken: {problem}", style="yellow")
    return read.policies


def file_of(session: Session, policy: str) -> Path:
    """The file that `apply` keeps a policy in."""
    return session.settings.policies / f"{policy}.yaml"


def refuse_other_files(session: Session, applied: Iterable[EnforcementPolicy], names: Iterable[str]) -> None:
    """Raises Refused where a policy stands in a file of another name: a second one would put both out of force."""
    there = {policy.name for policy in applied}
    for name in names:
        if name in there and not file_of(session, name).exists():
            raise Refused(
                f"policy {name} stands in {session.settings.policies} in a file that apply did not write; move it to "
                f"{file_of(session, name).name} first"
            )


async def open_client_if_up(session: Session, *, asleep: int) -> Client | None:
    """A client, or None where `finops run` is down and nobody sleeps who would have to hear of a change.

    Raises ConnectionFailed otherwise.
    """
    try:
        return await open_client(session)
    except (NoTemporalKnown, TemporalUnreachable) as error:
        ours = isinstance(error, NoTemporalKnown) or error.source.startswith("the last `finops run`")
        if asleep or not ours:
            raise
        session.terminal.note("Temporal is down: the Schedules follow when `finops run` starts")
        return None


async def send_checks(client: Client, cluster: str, policies: Sequence[str], *, gone: bool) -> int:
    """Tell the open hibernations of these policies to look again. Answers how many there are."""
    told = 0
    for policy in policies:
        ids = [row.workflow_id async for row in list_open(client, open_query(cluster, policy=policy))]
        check = Check(gone_policy=policy if gone else "")
        for index in range(0, len(ids), _AT_ONCE):
            await asyncio.gather(*(_signal(client, each, check) for each in ids[index : index + _AT_ONCE]))
        told += len(ids)
    return told


async def _signal(client: Client, workflow_id: str, check: Check) -> None:
    try:
        await client.get_workflow_handle(workflow_id).signal(CHECK, check)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:  # it ended meanwhile
            raise
