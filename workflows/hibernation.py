"""One workload's sleep as one durable workflow: pause, asleep, resume, awake for a while, end.

The Temporal UI is where people inspect and wake it, so every message has a description, and any input of the signal
`reactivate` wakes. Cancel means resume now: the life runs in a shielded task, because a plain cancel in the middle of a
pause would leave a sleeper that nothing wakes.
"""

import asyncio
from datetime import datetime
from typing import Any

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from policies.annotations import Because
from policies.names import CHECK, EXTEND, HIBERNATION, KEEP_AWAKE, PAUSE, REACTIVATE, RESUME_NOW, STATUS
from policies.sleep.continuation import Continuation
from policies.sleep.messages import (
    AWAKE_PHASES,
    HibernationResult,
    HibernationStatus,
    ManualPause,
    PauseOrder,
    Phase,
    Until,
    WakeRequest,
    parse_check,
    parse_wake,
)
from workflows.inputs import of_any_input, readable
from workflows.life.contesting import tell_contested
from workflows.life.continuing import take_up
from workflows.life.endings import NothingLeft, Woken
from workflows.life.life import Life
from workflows.life.ordering import wait_for_dependents
from workflows.life.pausing import fall_asleep
from workflows.life.sleeping import sleep_on
from workflows.life.staying import stay_awake
from workflows.life.waking import give_back
from workflows.waiting import waited

NOT_PAUSED = "not paused"


@workflow.defn(name=HIBERNATION)
class HibernationWorkflow:
    """The life of a sleeping workload."""

    @workflow.init
    def __init__(self, start: Continuation) -> None:
        self._life = take_up(start)

    @workflow.run
    async def run(self, start: Continuation) -> HibernationResult:  # noqa: ARG002 - taken by __init__
        """Live the whole life, and return how it ended. A cancel is a person's wake."""
        life = asyncio.create_task(self._live())
        while True:
            try:
                return await asyncio.shield(life)
            except asyncio.CancelledError:
                if life.done():
                    raise
                self._ask_to_wake(WakeRequest(by="a cancel of the workflow"))

    async def _live(self) -> HibernationResult:
        life, order = self._life, self._life.hibernation.pause
        while True:
            if order is not None:
                life.ended = await self._pause_and_sleep(order)
            elif life.sleep is not None:
                life.ended = await self._sleep_and_wake()
            elif life.ended is None:
                life.ended = life.result("kept awake", "it was kept awake")
            result = life.ended
            if result.outcome != "gone":
                order = await stay_awake(life)
                if order is not None or life.waking is not None:
                    continue
            life.over = True
            await waited(workflow.all_handlers_finished)
            return result

    async def _pause_and_sleep(self, order: PauseOrder) -> HibernationResult:
        life = self._life
        life.enter(Phase.PAUSING)
        await wait_for_dependents(life, order)
        finished, attempt = await fall_asleep(life, order)
        if finished.end == "asleep":
            life.note = life.ended = None
            return await self._sleep_and_wake()
        if finished.end != "gone" and (life.requests.wake is not None or attempt.touched):
            called_off = Woken(None, finished.sentence, outcome=NOT_PAUSED, attempt=attempt, owns_zero=False)
            return await self._give_back(called_off)
        life.sleep = None
        return self._end("gone" if finished.end == "gone" else NOT_PAUSED, finished.sentence)

    async def _sleep_and_wake(self) -> HibernationResult:
        life = self._life
        if life.waking is not None:
            return await self._give_back(life.waking)
        woken = await sleep_on(life)
        if isinstance(woken, NothingLeft):
            life.count_sleep(woken.sentence)
            return self._end(woken.outcome, woken.sentence)
        life.count_sleep(woken.sentence, woken.woken_at, woken.raised_at)
        if woken.because is Because.CONTESTED:
            await tell_contested(life, woken.sentence)
        return await self._give_back(woken)

    async def _give_back(self, woken: Woken) -> HibernationResult:
        finished = await give_back(self._life, woken)
        if woken.outcome == NOT_PAUSED:
            self._life.sleep = None
        if finished.end == "awake" or woken.outcome == NOT_PAUSED:
            return self._end(woken.outcome, woken.sentence)
        return self._end("gone" if finished.end == "gone" else "taken over", finished.sentence)

    def _end(self, outcome: str, sentence: str) -> HibernationResult:
        life = self._life
        result = life.result(outcome, sentence)
        life.requests.wake = life.heard = life.waking = life.sleep = None
        life.unrecorded, life.refused, life.requests.kept = False, 0, ""
        return result

    def _ask_to_wake(self, wake: WakeRequest) -> None:
        """Idempotent, and only assigns. Awake already: a time to stay awake until is still a wish."""
        life = self._life
        if life.phase not in AWAKE_PHASES:
            life.requests.wake_up(wake)
        else:
            life.requests.keep(wake)

    @workflow.signal(
        name=REACTIVATE, description="Wake this workload now. Any input or none; {by, reason, until} is used."
    )
    @of_any_input
    def reactivate(self, given: RawValue) -> None:
        """Wake."""
        self._ask_to_wake(parse_wake(readable(given)))

    @workflow.signal(name=CHECK, description="Look again at the workload and at the policies that want it asleep.")
    @of_any_input
    def check(self, given: RawValue) -> None:
        """Look again."""
        self._life.requests.look(parse_check(readable(given)))

    @workflow.update(
        name=RESUME_NOW, description="Wake this workload and answer when it is scaled up. Input: {by, reason, until}."
    )
    async def resume_now(self, wake: WakeRequest) -> HibernationStatus:
        """Wake, and answer once it is awake."""
        self._ask_to_wake(wake)
        return await self._status_when(lambda: self._life.phase in AWAKE_PHASES)

    @resume_now.validator
    def _refuse_resume(self, wake: WakeRequest) -> None:  # noqa: ARG002 - a validator takes what its update takes
        if self._life.phase in AWAKE_PHASES:
            raise ApplicationError("it is awake already", type="AlreadyAwake")

    @workflow.update(
        name=EXTEND,
        description='Let this workload sleep longer. Input: {"until": "2026-11-24T07:00:00Z", "by": "anna"}.',
    )
    async def extend(self, until: Until) -> HibernationStatus:
        """Sleep longer."""
        return await self._extend(until)

    @extend.validator
    def _refuse_extend(self, until: Until) -> None:
        self._require_longer(until)

    @workflow.update(
        name=KEEP_AWAKE,
        description="Keep this workload awake until a time, waking it if it sleeps. "
        'Input: {"until": "2026-11-24T07:00:00Z", "by": "anna"}.',
    )
    async def keep_awake(self, until: Until) -> HibernationStatus:
        """Stay awake."""
        wish = WakeRequest(by=until.by, reason=until.reason, until=until.until, may_shorten=until.may_shorten)
        self._ask_to_wake(wish)
        return await self._status_when(
            lambda: self._life.phase in AWAKE_PHASES and self._life.requests.keep_awake is None
        )

    @keep_awake.validator
    def _refuse_keep_awake(self, until: Until) -> None:
        if until.until <= (until.asked_at or workflow.now()):
            raise ApplicationError("the time lies in the past", type="InvalidTime")

    @workflow.update(
        name=PAUSE,
        description="For `finops pause`, which has judged the workload: pause it again, or let it sleep longer.",
    )
    async def pause(self, request: ManualPause) -> HibernationStatus:
        """Pause by hand."""
        if self._life.phase is Phase.ASLEEP:
            return await self._extend(_as_until(request))
        self._life.requests.pause = request
        before = self._life.cycles
        return await self._status_when(
            lambda: self._life.cycles > before and self._life.status().phase is not Phase.PAUSING
        )

    @pause.validator
    def _refuse_pause(self, request: ManualPause) -> None:
        if self._life.phase is Phase.ASLEEP:
            self._require_longer(_as_until(request))
        elif self._life.phase not in AWAKE_PHASES:
            raise ApplicationError(f"it is {self._life.phase} at present; try again in a moment", type="Busy")

    @workflow.query(name=STATUS, description="Where this hibernation stands.")
    def status(self) -> HibernationStatus:
        """Where it stands."""
        return self._life.status()

    async def _extend(self, until: Until) -> HibernationStatus:
        life = self._life
        assert life.sleep is not None
        life.sleep = life.sleep.replace(extended_until=until.until)
        life.requests.look()
        return await self._status_when(lambda: life.phase is not Phase.ASLEEP or _sleeps_until(life, until.until))

    def _require_longer(self, until: Until) -> None:
        if self._life.phase is not Phase.ASLEEP or self._life.sleep is None:
            raise ApplicationError("it does not sleep", type="NotAsleep")
        resume_at = self._life.sleep.record.resume_at
        if resume_at is None:
            raise ApplicationError("it sleeps until somebody wakes it, which is longer", type="InvalidTime")
        if until.until <= resume_at:
            raise ApplicationError(f"it sleeps until {resume_at:%Y-%m-%d %H:%M} UTC already", type="InvalidTime")

    async def _status_when(self, reached: Any) -> HibernationStatus:
        await waited(lambda: reached() or self._life.over)
        return self._life.status()


def _sleeps_until(life: Life, instant: datetime) -> bool:
    """Whether it sleeps at least until then: its policy may want it asleep for even longer."""
    resume_at = life.status().resume_at
    return resume_at is None or resume_at >= instant


def _as_until(request: ManualPause) -> Until:
    end = request.order.terms.window_end
    if end is None:
        raise ApplicationError("a pause by hand needs a time", type="InvalidTime")
    return Until(until=end, by=request.by)
