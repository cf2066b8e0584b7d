"""The two ends of an enforcement: may it run, and the start of the hibernations it decided on."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from temporalio import activity

from activities.faults import told_to_temporal
from activities.hibernation.starting import start_hibernation
from activities.metrics import count_cycle
from activities.runs.on_their_way import count_pausing, wait_until_shown
from activities.snapshot import Snapshots
from policies.calendar.allowance import allowance_of
from policies.calendar.sleep_windows import next_window, running_window, tell_next
from policies.calendar.spread import spread_of
from policies.checks.decision import Candidate
from policies.models import Frozen
from policies.policy.document import EnforcementPolicy, Mode
from policies.runs.enforcement import LONGEST_RUN, Enforcement
from policies.runs.first_window import first_window_limit
from policies.sleep.messages import Hibernation, PauseOrder, Terms
from policies.sleep.wake_order import GoesDownLast

CHUNK = 32
"""Starts at a time: more gained nothing on a measured server, and a heartbeat after each tells where a retry begins."""
STARTS_PER_SECOND = 20.0
"""Where the worker names no other: as many as the queue of the pauses gives out by default."""


class RunOpened(Frozen):
    """What a run may do. `skip` says why it shall do nothing at all."""

    skip: str = ""
    dry_run: bool = True
    max_actions: int | None = None
    max_percent: float | None = None
    first_window_limit: int | None = None
    """How many may go to sleep in the policy's first window."""
    window_start: datetime | None = None
    terms: Terms | None = None
    """None where it shall do nothing."""
    pausing: int = 0
    starts_per_second: float = STARTS_PER_SECOND

    @property
    def window_end(self) -> datetime | None:
        """When the window ends that it runs in; None where it never does, or no window runs."""
        return None if self.terms is None else self.terms.window_end


class OpenRun(Frozen):
    """Ask whether a run may begin."""

    now: datetime
    enforcement: Enforcement
    in_turn: bool = True
    """Whether no other run can start hibernations meanwhile. Before that, counting those on their way tells nothing."""


class RunClosed(Frozen):
    """A run is over."""

    seconds: float
    """How long it took, with its wait for the turn."""


class StartOrder(Frozen):
    """Start a hibernation for each of these."""

    cluster: str
    policy: str
    terms: Terms
    candidates: tuple[Candidate, ...] = ()
    per_second: float = STARTS_PER_SECOND
    last_down: tuple[GoesDownLast, ...] = ()
    """Those of them that others of the same run go down before."""


class Started(Frozen):
    """How many hibernations began, and how many workloads had one already."""

    started: int = 0
    already: int = 0


class EnforceActivities:
    """Opening and closing runs, and starting hibernations, for one cluster."""

    def __init__(
        self,
        snapshots: Snapshots,
        verify_cluster: Callable[[], object],
        *,
        instance: str,
        min_sleep: Callable[[], timedelta],
        starts_per_second: float = STARTS_PER_SECOND,
    ) -> None:
        self._snapshots = snapshots
        self._verify_cluster = verify_cluster
        self._instance = instance
        self._min_sleep = min_sleep
        self._starts_per_second = starts_per_second

    @activity.defn
    async def open_run(self, order: OpenRun) -> RunOpened:
        """Make sure of the cluster, and read what the policy allows.

        Everything a run pauses it has listed itself, so only this check tells that the cluster behind an address is
        another one by now. Raises IdentityMismatch, KubernetesError.
        """
        with told_to_temporal("the cluster's identity"):
            await asyncio.to_thread(self._verify_cluster)
        snapshot = self._snapshots()
        policy = snapshot.policy(order.enforcement.policy)
        if policy is None:
            return RunOpened(skip=f"there is no policy {order.enforcement.policy}: {snapshot.problem or 'it is gone'}")
        if policy.spec.suspend:
            return RunOpened(skip="the policy is suspended")
        window = next_window(policy, order.now)
        if window is None or not window.includes(order.now):
            return RunOpened(skip=f"the policy {tell_next(window, policy.zone)}")
        dry_run = policy.spec.mode is Mode.DRY_RUN
        objection = None if dry_run else snapshot.objection_to_pausing(policy.name)
        if objection is not None:
            return RunOpened(skip=objection)
        counts = order.in_turn and not dry_run
        pausing = await count_pausing(activity.client(), order.enforcement.cluster) if counts else 0
        return self._opened(policy, order.now, dry_run=dry_run, pausing=pausing)

    @activity.defn
    async def start_hibernations(self, order: StartOrder) -> Started:
        """Start them, a chunk at a time, and no faster than they can be paused: what is started has work to do in the
        queue of people's wakes. A retry goes on where the last heartbeat stood. It is over when visibility shows them
        all, because the next run of the cluster counts by it what is on its way. A retry waits for its own only: it
        begins when a heartbeat was missing for longer than visibility lags.
        """
        client, runs = activity.client(), list[str]()
        size = max(1, min(CHUNK, int(order.per_second)))
        index, started, already = _resume_point(activity.info().heartbeat_details)
        while index < len(order.candidates):
            chunk = order.candidates[index : index + size]
            due = asyncio.create_task(asyncio.sleep(len(chunk) / order.per_second))
            answers = await asyncio.gather(
                *(start_hibernation(client, self._hibernation(order, candidate)) for candidate in chunk)
            )
            runs += [run for run in answers if run is not None]
            started += len(chunk) - answers.count(None)
            already += answers.count(None)
            index += len(chunk)
            activity.heartbeat(index, started, already)
            await due
        await wait_until_shown(client, runs, lambda: activity.heartbeat(index, started, already))
        return Started(started=started, already=already)

    @activity.defn
    async def close_run(self, closed: RunClosed) -> None:
        """Count the run on /metrics."""
        count_cycle("enforcement", closed.seconds)

    def _opened(self, policy: EnforcementPolicy, now: datetime, *, dry_run: bool, pausing: int) -> RunOpened:
        spec, window = policy.spec, running_window(policy, now)
        end = None if window is None else window.end
        return RunOpened(
            dry_run=dry_run,
            max_actions=policy.max_actions_per_run,
            max_percent=spec.limits.max_affected_percent,
            first_window_limit=first_window_limit(policy),
            window_start=None if window is None else window.start,
            terms=Terms(
                not_after=_not_after(now, None if end is None else end - self._min_sleep()),
                window_end=end,
                resume_after=spec.resume_after,
                zone=policy.zone,
                spread=spread_of(policy),
                allowance=allowance_of(policy, now),
            ),
            pausing=pausing,
            starts_per_second=self._starts_per_second,
        )

    def _hibernation(self, order: StartOrder, candidate: Candidate) -> Hibernation:
        ref = candidate.seen.ref
        after = next((each.after for each in order.last_down if each.ref.key == ref.key), ())
        pause = PauseOrder(candidate=candidate, policy=order.policy, terms=order.terms, after=after)
        return Hibernation(cluster=order.cluster, instance=self._instance, ref=ref, pause=pause)


def _resume_point(details: Iterable[int]) -> tuple[int, int, int]:
    values = tuple(details)
    return (values[0], values[1], values[2]) if len(values) == 3 else (0, 0, 0)  # noqa: PLR2004 - what is sent above


def _not_after(now: datetime, latest: datetime | None) -> datetime:
    """When the pauses of a run expire: never inside the last minutes of the window."""
    return now + LONGEST_RUN if latest is None else min(now + LONGEST_RUN, latest)
