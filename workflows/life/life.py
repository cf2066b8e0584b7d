"""The state of a hibernation, shared by the stages of its life.

All that a stage knows stands here, so that a run can be ended at any of its waits and the next one goes on from there
(`continuing.py`). Whatever changes the phase goes through `enter`, so that the search attributes and the details in the
Temporal UI always tell the truth.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributeUpdate
from temporalio.workflow import ActivityHandle

from activities.hibernation.look import ConsultActivities
from activities.hibernation.orders import ConsultOrder
from activities.hibernation.visibility import HIBERNATION_STATE
from policies.annotations import PauseRecord, WakeNote
from policies.calendar.foreseen import describe_saving
from policies.names import TROUBLE
from policies.sleep.ledger import Slept
from policies.sleep.messages import (
    CheckRequest,
    Hibernation,
    HibernationResult,
    HibernationStatus,
    PauseOrder,
    Phase,
    WakeRequest,
)
from policies.sleep.protocol import original_of
from policies.sleep.review import Consultation, Sleep
from policies.workload import Observation
from workflows import options
from workflows.length import is_long
from workflows.life.attributes import changed_attributes
from workflows.life.endings import Woken
from workflows.life.requests import HeardRequests
from workflows.life.texts import describe
from workflows.life.totals import Totals
from workflows.timer import wait_until
from workflows.waiting import ResultT, answered

CONFIRM_GONE_AFTER = timedelta(minutes=5)
"""A 404 ends a hibernation only when it is still seen so long after the first."""
DOUBT_GONE_AFTER = timedelta(seconds=15)
"""A look in between: where the 404 was an error, a wake should not wait five minutes."""
LONGEST_TROUBLE = 500
"""Characters in the memo, of which Temporal wants few."""


@dataclass
class Life:
    """One workload's hibernation, from its first pause to its end."""

    hibernation: Hibernation
    phase: Phase
    requests: HeardRequests = field(default_factory=HeardRequests)
    sleep: Sleep | None = None
    note: WakeNote | None = None
    order: PauseOrder | None = None
    """The pause that this sleep began with."""
    heard: WakeRequest | None = None
    """The wish that the wake under way is about; any other ends every wait."""
    waking: Woken | None = None
    """The wake that is under way."""
    ended: HibernationResult | None = None
    """How the last sleep ended, while it is awake."""
    reasserts: tuple[datetime, ...] = ()
    """When it was put to sleep again against its HPA."""
    trouble: str = ""
    inherits_trouble: bool = False
    """Whether that is in the words of the run before, which may be another version's: nothing is decided by them."""
    cycles: int = 0
    looking: CheckRequest | None = None
    """The look that is under way."""
    look_again_at: datetime | None = None
    """Set while Temporal's clock is ahead of the cluster's: the sleep's own time counts again from then on."""
    waiting_since: datetime | None = None
    """Since when it has waited for other workloads."""
    missed_since: datetime | None = None
    """Since when the Deployment has not been there."""
    refused: int = 0
    """How often in a row a record or a note could not be written."""
    unrecorded: bool = False
    """The sleep's wake has moved, and its annotation still tells the old one."""
    zone: str = "UTC"
    """Of the policy: the Temporal UI shows times on its clocks."""
    totals: Totals = field(default_factory=Totals)
    over: bool = False
    """This run ends now: callers that wait for an answer get the present status."""

    def next_pause_id(self) -> str:
        """A pause-id that no other pause of this workload has: it tells an old record from the present one. A reset, or
        the next run of the same hibernation, knows its own.
        """
        self.cycles += 1
        return f"{workflow.info().first_execution_run_id.replace('-', '')[:12]}-{self.cycles}"

    def is_wanted(self) -> bool:
        """Whether somebody wants it awake, and has not been heard yet."""
        return self.requests.wake is not self.heard

    def must_continue(self) -> bool:
        """Whether the history is so long that this run shall end. A pause is short, and is not handed on half done."""
        return self.phase is not Phase.PAUSING and is_long()

    async def consult(
        self,
        record: PauseRecord | None = None,
        gone_policy: str = "",
        *,
        autoscaled: bool = False,
        slept: Slept | None = None,
        call: options.CallOptions = options.CONSULT,
    ) -> Consultation | None:
        """One fresh read, and what the policies say. None where somebody wants it awake, or the history grew too long,
        before there was an answer.

        Retried for ever, unless `call` has a limit: then it raises ActivityError. `autoscaled` asks for its HPA's
        bounds too. `slept` only stands in the history.
        """
        if self.must_continue():
            return None
        handle = workflow.start_activity_method(
            ConsultActivities.consult,
            ConsultOrder(
                ref=self.hibernation.ref,
                now=workflow.now(),
                record=record,
                gone_policy=gone_policy,
                autoscaled=autoscaled,
                slept=slept,
            ),
            summary=f"read {self.hibernation.ref}",
            **call,
        )
        consulted = await self.unless_wanted(handle)
        if consulted is not None and consulted.seen is not None:
            self.missed_since, self.zone = None, consulted.zone or self.zone
        return consulted

    async def unless_wanted(self, handle: ActivityHandle[ResultT]) -> ResultT | None:
        """The answer of a read, or None where somebody wants it awake, or the history grew too long, before it came.
        Raises ActivityError where it failed.
        """
        return await answered(
            handle,
            lambda: self.is_wanted() or self.must_continue(),
        )

    async def rest_until(
        self, ends_at: datetime | None, interrupted: Callable[[], bool] = lambda: False, *, summary: str
    ) -> None:
        """Wait for the instant, or until `interrupted`. Somebody who wants it awake ends every wait, and so does a
        history that has grown too long.
        """
        await wait_until(ends_at, lambda: self.is_wanted() or interrupted() or self.must_continue(), summary=summary)

    def learn_count(self, seen: Observation) -> None:
        """Take over a count that a person wrote into the record, as soon as it was read: they, or somebody else, may
        overwrite it before anything else is done.
        """
        if self.sleep is not None:
            record = self.sleep.record
            learned = record.replace(original_replicas=original_of(seen, record))
            self.sleep = self.sleep.replace(record=learned)

    async def is_gone_for_good(self) -> bool:
        """Whether a workload that was not there is still not there a while later. False also where somebody wants it
        awake meanwhile: then look at once.
        """
        self.missed_since = self.missed_since or workflow.now()
        for after in (DOUBT_GONE_AFTER, CONFIRM_GONE_AFTER):
            await self.rest_until(self.missed_since + after, summary="not there: look again before giving up")
            if self.is_wanted():
                return False
            consulted = await self.consult()
            if consulted is None or consulted.seen is not None:
                return False
        return True

    def enter(self, phase: Phase, trouble: str | None = "") -> None:
        """Take up a phase, and show it; where `trouble` is None, that stays as it was. Attributes are written only
        where they change: each write is an event.
        """
        if trouble is not None:
            if self.inherits_trouble or trouble != self.trouble:
                workflow.upsert_memo({TROUBLE: trouble[:LONGEST_TROUBLE] or None})
            self.trouble, self.inherits_trouble = trouble, False
        before, self.phase = self.phase, phase
        updates: list[SearchAttributeUpdate[Any]] = []
        if phase is not before:
            updates.append(HIBERNATION_STATE.value_set(phase.value))
        updates += changed_attributes(self.sleep)
        if updates:
            workflow.upsert_search_attributes(updates)
        workflow.set_current_details(describe(self.status(), self._saving_line(), self.zone))

    def count_sleep(self, why: str, woken_at: datetime | None = None, raised_at: datetime | None = None) -> None:
        """Add the sleep that is over to the totals, and why. Somebody may have ended it before now: woken it, or raised
        its count.
        """
        if self.sleep is not None:
            ended_at, raised = raised_at or woken_at or workflow.now(), raised_at is not None
            self.totals.add(self.hibernation.ref, self.sleep.record, ended_at, why, raised=raised)

    def status(self) -> HibernationStatus:
        """What the query and the details show."""
        record = None if self.sleep is None else self.sleep.record
        return HibernationStatus(
            phase=self.phase,
            ref=self.hibernation.ref,
            policy="" if record is None else record.policy,
            original_replicas=None if record is None else record.original_replicas,
            paused_at=None if record is None else record.paused_at,
            resume_at=None if record is None else record.resume_at,
            awake_until=None if self.note is None else self.note.awake_until,
            awake_because="" if self.note is None else self.note.because.value,
            awake_sentence=self.requests.kept or ("" if self.ended is None else self.ended.sentence),
            trouble=self.trouble,
        )

    def result(self, outcome: str, sentence: str) -> HibernationResult:
        """How it ended."""
        return HibernationResult(
            ref=self.hibernation.ref,
            outcome=outcome,
            sentence=sentence,
            original_replicas=None if self.sleep is None else self.sleep.record.original_replicas,
            slept_seconds=self.totals.slept.total_seconds(),
            avoided_cost=self.totals.avoided_cost,
            currency=self.totals.currency,
            reasserts=self.reasserts,
            sleeps=self.totals.sleeps,
        )

    def _saving_line(self) -> str:
        if self.sleep is None or self.sleep.record.cost is None:
            return ""
        record, order = self.sleep.record, self.order
        freed = None if order is None else order.candidate.requests.times(record.original_replicas)
        allowance = None if order is None else order.terms.allowance
        return describe_saving(self.sleep.record.cost, allowance, freed)
