"""One run of a policy: list, judge page by page, choose within the limits, start the hibernations.

Started by the policy's Schedule only, whose SKIP keeps it from running beside itself; a turn keeps the policies of a
cluster from each other. Level-triggered: a run that is missed, doubled or late changes nothing, so whatever fails here
is told and left to the next run.
"""

import contextlib
import logging
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError
from temporalio.workflow import ChildWorkflowHandle

from activities.messages.tell import TellActivities
from activities.runs.judge_page import PageJudged
from activities.runs.open_and_start import EnforceActivities, OpenRun, RunClosed, RunOpened, StartOrder
from policies.calendar.foreseen import saved_per_month
from policies.checks.limits import Census, Selection, select
from policies.names import ENFORCEMENT
from policies.runs.digests import Digest, is_worth_telling, window_key
from policies.runs.enforcement import LONGEST_RUN, Enforcement, EnforcementResult, describe_run, remember_run
from policies.runs.first_window import FirstWindow, count_pauses, room_left
from policies.sleep.wake_order import last_down
from policies.wording import count, in_markdown
from policies.workload import WorkloadRef
from workflows import options
from workflows.inputs import recall_last_result
from workflows.judged_pages import judge_pages
from workflows.turns import take_turn

TIME_TO_RUN = timedelta(minutes=1)
"""What is left of a run's time when its wait for the turn ends."""
BATCH = 250
BATCH_SECONDS = 20
"""A batch takes no longer than about this: between two a run sees that its time is over."""


@workflow.defn(name=ENFORCEMENT)
class EnforcementWorkflow:
    """Find what may be paused, and start a hibernation for each."""

    @workflow.init
    def __init__(self, enforcement: Enforcement) -> None:
        self._enforcement = enforcement
        self._run_id = workflow.info().run_id
        self._began = workflow.now()
        self._now = self._began
        """The moment that the evaluation is about."""
        self._opened: RunOpened | None = None
        self._turn: ChildWorkflowHandle[Any, None] | None = None
        self._first_window: FirstWindow | None = None
        self._stopped = ""
        """Why it stopped starting before it was through."""
        self._skipped_before = ""
        """Why the run before this one did nothing: that is not logged again every few minutes."""

    @workflow.run
    async def run(self, enforcement: Enforcement) -> EnforcementResult:
        """Judge and start, tell people of it, and return the totals. A run that fails returns why, and the next one
        follows.
        """
        before = recall_last_result(EnforcementResult) or EnforcementResult(policy="", sentence="")
        self._first_window, self._skipped_before = before.first_window, before.skipped
        try:
            result = await self._enforce(before.chosen_last)
        except ActivityError as error:
            result = self._skipped(str(error.cause or error))
        if not result.skipped:
            workflow.logger.info("policy %s: %s", self._enforcement.policy, result.sentence)
        result = result.replace(first_window=self._first_window)
        with contextlib.suppress(ActivityError):
            await workflow.execute_activity_method(
                EnforceActivities.close_run,
                RunClosed(seconds=(workflow.now() - self._began).total_seconds()),
                summary=f"count the run of {enforcement.policy}",
                **options.DIGEST,
            )
        workflow.set_current_details(in_markdown(result.sentence))
        return await self._tell(result, before)

    async def _tell(self, result: EnforcementResult, before: EnforcementResult) -> EnforcementResult:
        """Tell people of the run where it is worth it. A run does not depend on whether they can be reached."""
        opened = self._opened
        if opened is None or result.skipped:
            return result.replace(
                told_window=before.told_window, chosen_last=before.chosen_last, last_judged=before.last_judged
            )
        result = result.replace(told_window=window_key(opened.window_start, self._now))
        result = result.replace(last_judged=remember_run(result, self._now, before.last_judged))
        if is_worth_telling(result, before, has_start=opened.window_start is not None):
            digest = Digest(
                cluster=self._enforcement.cluster,
                at_start=result.told_window != before.told_window,
                result=result,
                window_end=opened.window_end,
                at=self._now,
                zone="UTC" if opened.terms is None else opened.terms.zone,
            )
            with contextlib.suppress(ActivityError):
                await workflow.execute_activity_method(
                    TellActivities.tell_run, digest, summary="tell people", **options.DIGEST
                )
        return result

    async def _enforce(self, chosen_last: WorkloadRef | None) -> EnforcementResult:
        """Only a run that has something to judge waits for its turn, and asks again then: what is allowed, and how many
        are about to sleep, may have changed.
        """
        opened = await self._open(in_turn=False)
        if not opened.skip:
            self._turn = await take_turn(self._enforcement, self._began + _patience())
            if self._turn is None:
                return self._skipped("the runs of other policies left it no time")
            self._now = workflow.now()
            opened = await self._open(in_turn=True)
        if opened.skip:  # as it should be, in most cases: no window runs
            return self._skipped(opened.skip, level=logging.INFO)
        self._opened = opened
        judged = await judge_pages(self._run_id, self._enforcement.policy, self._now)
        if judged.clocks.objection:
            return self._skipped(judged.clocks.objection)
        census = judged.census.plus(Census(pausing=opened.pausing))
        first, limit, asleep = self._first_window, opened.first_window_limit, judged.asleep_in_window
        room = None if opened.dry_run else room_left(first, limit, self._now, asleep, opened.window_start)
        selection = select(judged.candidates, census, opened.max_actions, opened.max_percent, chosen_last, room)
        count = None if opened.dry_run else len(selection.chosen)
        self._first_window = count_pauses(first, count, opened.window_end, self._now, asleep, opened.window_start)
        started, already, last = (
            (0, 0, selection.chosen_last) if opened.dry_run else await self._start(opened, selection)
        )
        result = self._result(opened, judged, selection, census, started, already)
        return result.replace(chosen_last=last or chosen_last)

    async def _open(self, *, in_turn: bool) -> RunOpened:
        return await workflow.execute_activity_method(
            EnforceActivities.open_run,
            OpenRun(now=self._now, enforcement=self._enforcement, in_turn=in_turn),
            summary=f"may {self._enforcement.policy} run",
            **options.OPEN,
        )

    async def _start(self, opened: RunOpened, selection: Selection) -> tuple[int, int, WorkloadRef | None]:
        """How many began, how many had begun, and the last of them: the next run goes on behind it."""
        assert opened.terms is not None
        started, already, last = 0, 0, None
        waiting = last_down(each.seen for each in selection.chosen)
        size = max(1, min(BATCH, int(BATCH_SECONDS * opened.starts_per_second)))
        for index in range(0, len(selection.chosen), size):
            if self._turn is None or self._turn.done():
                self._stop_starting("somebody ended its turn by hand, so it started nothing more")
                break
            if workflow.now() > self._began + _patience():
                break
            batch = selection.chosen[index : index + size]
            keys = {candidate.seen.ref.key for candidate in batch}
            order = StartOrder(
                cluster=self._enforcement.cluster,
                policy=self._enforcement.policy,
                terms=opened.terms,
                candidates=batch,
                per_second=opened.starts_per_second,
                last_down=tuple(each for each in waiting if each.ref.key in keys),
            )
            try:
                answer = await workflow.execute_activity_method(
                    EnforceActivities.start_hibernations,
                    order,
                    summary=f"start {count(len(batch), 'hibernation')}",
                    **options.START,
                )
            except ActivityError as error:
                self._stop_starting(f"then starting failed, and the next run goes on: {error.cause or error}")
                break
            started, already, last = started + answer.started, already + answer.already, batch[-1].seen.ref
        return started, already, last

    def _result(
        self,
        opened: RunOpened,
        judged: PageJudged,
        selection: Selection,
        census: Census,
        started: int,
        already: int,
    ) -> EnforcementResult:
        costs = [candidate.cost for candidate in judged.candidates if candidate.cost is not None]
        hourly = sum(cost.amount for cost in costs)
        allowance = None if opened.terms is None else opened.terms.allowance
        result = EnforcementResult(
            policy=self._enforcement.policy,
            sentence="",
            dry_run=opened.dry_run,
            decisions=judged.decisions,
            census=census,
            started=started,
            already_there=already,
            held_by_first_window=selection.held_by_first_window,
            held_back=selection.held_back + (0 if opened.dry_run else len(selection.chosen) - started - already),
            unreadable=len(judged.unreadable),
            brake=selection.brake,
            hourly=hourly,
            up_to_per_month=0 if allowance is None else saved_per_month(hourly, allowance),
            by_calendar=allowance is None or allowance.by_calendar,
            currency=costs[0].currency if costs else "",
            night=judged.night,
        )
        limit, found = opened.first_window_limit, len(judged.candidates)
        sentence = describe_run(result, found, stopped=self._stopped, first_window_limit=limit)
        return result.replace(sentence=sentence)

    def _stop_starting(self, because: str) -> None:
        self._stopped = because
        workflow.logger.warning("policy %s: %s", self._enforcement.policy, because)

    def _skipped(self, because: str, level: int = logging.WARNING) -> EnforcementResult:
        if level > logging.INFO or because != self._skipped_before:
            workflow.logger.log(level, "policy %s: this run did nothing: %s", self._enforcement.policy, because)
        return EnforcementResult(
            policy=self._enforcement.policy, skipped=because, sentence=f"This run did nothing: {because}."
        )


def _patience() -> timedelta:
    """How long a run may wait for its turn, and begin to start hibernations."""
    return (workflow.info().execution_timeout or LONGEST_RUN) - TIME_TO_RUN
