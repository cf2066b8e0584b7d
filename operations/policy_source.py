"""The worker's source of policies as `apply` and `delete` change it."""

from collections.abc import Iterable

from temporalio.client import Client

from activities.errors import IoError
from activities.policy_sources.source import PolicySourceUnreadable
from operations.errors import Refused
from operations.installation import Installation
from operations.temporal import open_client
from policies.policy.document import EnforcementPolicy
from worker.errors import NoTemporalKnown, TemporalUnreachable
from worker.service.rounds import ROUND_SECONDS

SNAPSHOT_SECONDS = ROUND_SECONDS + 1.0
"""How long until a worker has surely read a change: a run or a check before that is judged by the old policies."""


def read_applied(installation: Installation) -> tuple[EnforcementPolicy, ...]:
    """The policies in force; none where nothing was ever applied."""
    try:
        read = installation.policies.read()
    except PolicySourceUnreadable:
        return ()
    for problem in read.problems:
        installation.listener.warn(f"warning: in force and broken: {problem}")
    if read.objection:
        installation.listener.warn(f"warning: no policy pauses anything: {read.objection}")
    return read.policies


def read_quietly(installation: Installation) -> tuple[EnforcementPolicy, ...] | None:
    """The policies in force, for a command that can do without: None where they cannot be read."""
    try:
        return installation.policies.read().policies
    except (IoError, PolicySourceUnreadable):
        return None


def read_names(installation: Installation) -> list[str] | None:
    """Their names, likewise."""
    policies = read_quietly(installation)
    return None if policies is None else [policy.name for policy in policies]


def refuse_other_files(installation: Installation, applied: Iterable[EnforcementPolicy], names: Iterable[str]) -> None:
    """Raises Refused where a policy stands in a file of another name: a second one would put both out of force."""
    source, there = installation.policies, {policy.name for policy in applied}
    for name in names:
        if name in there and not source.holds(name):
            raise Refused(
                f"policy {name} stands in {source.place} in a file that apply did not write; "
                f"move it to {name}.yaml first"
            )


async def open_client_if_up(installation: Installation, *, asleep: int) -> Client | None:
    """A client, or None where `finops run` is down and nobody sleeps who would have to hear of a change.

    Raises ConnectionFailed otherwise.
    """
    try:
        return await open_client(installation)
    except (NoTemporalKnown, TemporalUnreachable) as error:
        ours = isinstance(error, NoTemporalKnown) or error.source.startswith("the last `finops run`")
        if asleep or not ours:
            raise
        installation.listener.note("Temporal is down: the Schedules follow when `finops run` starts")
        return None
