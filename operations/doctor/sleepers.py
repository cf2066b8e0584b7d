"""The part of `finops doctor` about what sleeps: past its time, contested, or with a history that grows."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from temporalio.client import Client
from temporalio.service import RPCError

from activities.hibernation.listing import ListedHibernation, list_open_if_known, open_query
from operations.doctor.check_results import CheckResult, fail, ok, warn
from operations.installation import Installation
from operations.standing.unwatched import find_unwatched
from policies.annotations import Because
from policies.readable import readable_note
from policies.sleep.discrepancies import OVERDUE_AFTER
from policies.sleep.messages import AWAKE_PHASES
from policies.wording import count, name_some
from policies.workload import Workload

MOST_EVENTS = 1_000
"""A hibernation stays far below, and Temporal ends a workflow at 51,200."""
LOOKED_AT = 100
"""Histories, those that have been open for longest: each is a request of its own."""
_NAMED = 5


def check_unwatched(installation: Installation) -> list[CheckResult]:
    """By the cluster alone, where Temporal or the worker is away: nothing where nothing sleeps, or that cannot be asked
    (which its own check tells).
    """
    found = find_unwatched(installation)
    return [] if found is None or not found.count else [fail("wakes", found.outcome, found.remedy)]


async def check_sleepers(client: Client, cluster: str) -> list[CheckResult]:
    """Open hibernations, by visibility, and the histories of the oldest. Raises RPCError."""
    opened = [each async for each in list_open_if_known(client, open_query(cluster))]
    oldest = sorted(opened, key=lambda each: each.since)[:LOOKED_AT]
    lengths = await asyncio.gather(*(_length(client, each) for each in oldest))
    long = {f"{each.namespace}/{each.name}": length for each, length in zip(oldest, lengths, strict=True) if length}
    return [*judge_overdue(opened, datetime.now(UTC)), *judge_histories(long, looked_at=len(oldest))]


async def _length(client: Client, listed: ListedHibernation) -> int:
    """How many events its history has; 0 where it has ended meanwhile."""
    try:
        return (await client.get_workflow_handle(listed.workflow_id).describe()).history_length
    except RPCError:
        return 0


def judge_overdue(opened: Iterable[ListedHibernation], now: datetime) -> Iterator[CheckResult]:
    """Those whose time has come, each with what keeps it."""
    late = [
        each
        for each in opened
        if each.phase not in AWAKE_PHASES and each.resume_at is not None and each.resume_at + OVERDUE_AFTER < now
    ]
    if not late:
        yield ok("sleepers", "none is past its time")
        return
    named = "; ".join(f"{each.namespace}/{each.name}{_because(each.trouble)}" for each in late[:_NAMED])
    more = f"; and {len(late) - _NAMED} more" if len(late) > _NAMED else ""
    yield warn(
        "sleepers",
        f"{len(late)} past their time: {named}{more}",
        "mend what it names; finops resume NAMESPACE/NAME tries at once, and --direct without Temporal",
    )


def _because(trouble: str) -> str:
    return f" ({trouble})" if trouble else ""


def judge_histories(lengths: dict[str, int], *, looked_at: int) -> Iterator[CheckResult]:
    """Whether a history grows long; `lengths` are in events, by workload."""
    long = sorted(((length, name) for name, length in lengths.items() if length > MOST_EVENTS), reverse=True)
    if not long:
        yield ok("histories", f"none of the {looked_at} oldest hibernations has more than {MOST_EVENTS} events")
        return
    named = ", ".join(f"{name} ({count(length, 'event')})" for length, name in long[:_NAMED])
    yield warn(
        "histories",
        f"longer than {MOST_EVENTS} events: {named}",
        "something is tried again and again: finops history NAMESPACE/NAME; a resume ends it",
    )


def judge_contested(workloads: Sequence[Workload], now: datetime) -> Iterator[CheckResult]:
    """Whether, by their own annotations, some are kept awake because somebody scaled them up again and again."""
    contested = [str(each.ref) for each in workloads if _is_contested(each, now)]
    if not contested:
        yield ok("contested", "no sleeper is scaled up again and again")
        return
    yield warn(
        "contested",
        f"somebody keeps scaling them up: {name_some(contested, _NAMED)}",
        "leave them out with finops.io/exclude, or see docs/coexistence.md for the rule that lets them sleep",
    )


def _is_contested(workload: Workload, now: datetime) -> bool:
    note = readable_note(workload.annotations)
    return note is not None and note.because is Because.CONTESTED and note.awake_until > now
