"""The worker's source of policies as `apply` and `delete` change it."""

from collections.abc import Iterable

from temporalio.client import Client

from activities.errors import IoError
from activities.policy_sources.source import PolicySourceUnreadable
from cli.errors import Refused
from cli.session import Session
from cli.temporal import open_client
from policies.policy.document import EnforcementPolicy
from worker.errors import NoTemporalKnown, TemporalUnreachable
from worker.service.rounds import ROUND_SECONDS

SNAPSHOT_SECONDS = ROUND_SECONDS + 1.0
"""How long until a worker has surely read a change: a run or a check before that is judged by the old policies."""


def read_applied(session: Session) -> tuple[EnforcementPolicy, ...]:
    """The policies in force; none where nothing was ever applied."""
    try:
        read = session.policies.read()
    except PolicySourceUnreadable:
        return ()
    for problem in read.problems:
        session.terminal.note(f"warning: in force and broken: {problem}", style="yellow")
    if read.objection:
        session.terminal.note(f"warning: no policy pauses anything: {read.objection}", style="yellow")
    return read.policies


def read_quietly(session: Session) -> tuple[EnforcementPolicy, ...] | None:
    """The policies in force, for a command that can do without: None where they cannot be read."""
    try:
        return session.policies.read().policies
    except (IoError, PolicySourceUnreadable):
        return None


def read_names(session: Session) -> list[str] | None:
    """Their names, likewise."""
    policies = read_quietly(session)
    return None if policies is None else [policy.name for policy in policies]


def refuse_other_files(session: Session, applied: Iterable[EnforcementPolicy], names: Iterable[str]) -> None:
    """Raises Refused where a policy stands in a file of another name: a second one would put both out of force."""
    source, there = session.policies, {policy.name for policy in applied}
    for name in names:
        if name in there and not source.holds(name):
            raise Refused(
                f"policy {name} stands in {source.place} in a file that apply did not write; "
                f"move it to {name}.yaml first"
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
