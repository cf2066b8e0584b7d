"""The state of a hibernation, shared by the stages of its life.

Handlers only assign to the requests here; the stages look at them. Whatever changes the phase goes through
`enter`, so that the search attributes and the details in the Temporal UI always tell the truth.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributeUpdate

from activities.consulting import ConsultActivities
from activities.orders import ConsultOrder
from activities.visibility import HIBERNATION_STATE, POLICY, RESUME_AT, SAVED_PER_DAY
from policies.annotations import PauseRecord, WakeNote
from policies.hibernation import (
    Check,
    Hibernation,
    HibernationResult,
    HibernationStatus,
    PauseOrder,
    Phase,
    WakeRequest,
)
from policies.hibernation import ManualPause as PauseRequest
from policies.keeping import Consultation, Sleep
from policies.ledger import Slept
from policies.names import TROUBLE
from policies.protocol import original_of
from policies.savings import avoided_between, describe_saving, saved_per_day
from policies.workload import Observation
from workflows import options
from workflows.texts import describe
from workflows.timer import wait_until

CONFIRM_GONE_AFTER = timedelta(minutes=5)
"""A 404 ends a hibernation only when it is seen twice, this far apart."""
DOUBT_GONE_AFTER = timedelta(seconds=15)
"""A look in between: where the 404 was an error, nobody shall wait five minutes for a wake."""
LONGEST_TROUBLE = 500
"""Characters in the memo, of which Temporal wants few."""
SHOW_TROUBLE = "show the trouble in the memo"

SLEEPS_KEPT = 50
"""Of one that is paused again and again while it is kept open; its sums go on."""


@dataclass
class Requests:
    """What was said to the hibernation and not yet acted on."""

    wake: WakeRequest | None = None
    check: Check | None = None
    keep_awake: datetime | None = None
    pause: PauseRequest | None = None


@dataclass
class Life:
    """One workload's hibernation, from its first pause to its end."""

    hibernation: Hibernation
    phase: Phase
    requests: Requests = field(default_factory=Requests)
    sleep: Sleep | None = None
    note: WakeNote | None = None
    order: PauseOrder | None = None
    """The pause that this sleep began with."""
    reasserts: tuple[datetime, ...] = ()
    """When it was put to sleep again against its HPA."""
    trouble: str = ""
    cycles: int = 0
    look_again_at: datetime | None = None
    """Set while Temporal's clock is ahead of the cluster's: the sleep's own time counts again from then on."""
    slept: timedelta = timedelta(0)
    avoided_cost: float = 0.0
    currency: str = ""
    sleeps: tuple[Slept, ...] = ()
    """Those that are over."""
    ended_because: str = ""

    def next_pause_id(self) -> str:
        """A pause-id that no other pause of this workload has: it tells an old record from the present one."""
        self.cycles += 1
        return f"{workflow.info().run_id.replace('-', '')[:12]}-{self.cycles}"

    async def consult(
        self,
        record: PauseRecord | None = None,
        gone_policy: str = "",
        *,
        autoscaled: bool = False,
        call: options.CallOptions = options.CONSULT,
    ) -> Consultation:
        """One fresh read, and what the policies say. Retried for ever, unless `call` has a limit: then it raises
        ActivityError. `autoscaled` asks for its HPA's bounds too.
        """
        return await workflow.execute_activity_method(
            ConsultActivities.consult,
            ConsultOrder(
                ref=self.hibernation.ref,
                now=workflow.now(),
                record=record,
                gone_policy=gone_policy,
                autoscaled=autoscaled,
            ),
            summary=f"read {self.hibernation.ref}",
            **call,
        )

    def learn_count(self, seen: Observation) -> None:
        """Take over a count that a person wrote into the record, as soon as it was read: they, or somebody else, may
        overwrite it before anything else is done.
        """
        if self.sleep is not None:
            record = self.sleep.record
            learned = record.model_copy(update={"original_replicas": original_of(seen, record)})
            self.sleep = self.sleep.model_copy(update={"record": learned})

    async def is_gone_for_good(self) -> bool:
        """Whether a workload that was not there is still not there a while later."""
        first_missed = workflow.now()
        if workflow.patched("doubt-gone"):
            await self._wait_for(first_missed + DOUBT_GONE_AFTER)
            if (await self.consult()).seen is not None:
                return False
        await self._wait_for(first_missed + CONFIRM_GONE_AFTER)
        return (await self.consult()).seen is None

    async def _wait_for(self, instant: datetime) -> None:
        await wait_until(instant, lambda: False, summary="not there: look again before giving up")

    def enter(self, phase: Phase, trouble: str = "") -> None:
        """Take up a phase, and show it. Attributes are written only where they change: each write is an event."""
        if trouble != self.trouble and workflow.patched(SHOW_TROUBLE):
            workflow.upsert_memo({TROUBLE: trouble[:LONGEST_TROUBLE] or None})
        before, self.phase, self.trouble = self.phase, phase, trouble
        updates: list[SearchAttributeUpdate[Any]] = []
        if phase is not before:
            updates.append(HIBERNATION_STATE.value_set(phase.value))
        updates += self._changed_attributes()
        if updates:
            workflow.upsert_search_attributes(updates)
        workflow.set_current_details(describe(self.status(), self._saving_line()))

    def _changed_attributes(self) -> list[SearchAttributeUpdate[Any]]:
        shown = workflow.info().typed_search_attributes
        updates: list[SearchAttributeUpdate[Any]] = []
        if self.sleep is None:
            return [RESUME_AT.value_unset()] if shown.get(RESUME_AT) is not None else updates
        record = self.sleep.record
        if shown.get(POLICY) != record.policy:
            updates.append(POLICY.value_set(record.policy))
        if record.resume_at is None and shown.get(RESUME_AT) is not None:
            updates.append(RESUME_AT.value_unset())
        elif record.resume_at is not None and shown.get(RESUME_AT) != record.resume_at:
            updates.append(RESUME_AT.value_set(record.resume_at))
        if record.cost is not None and shown.get(SAVED_PER_DAY) is None:
            updates.append(SAVED_PER_DAY.value_set(round(saved_per_day(record.cost), 6)))
        return updates

    def count_sleep(self) -> None:
        """Add the sleep that ends now to the totals."""
        if self.sleep is None:
            return
        record = self.sleep.record
        self.slept += max(workflow.now() - record.paused_at, timedelta(0))
        if record.cost is not None:
            self.avoided_cost += avoided_between(record.cost, record.paused_at, workflow.now())
            self.currency = record.cost.currency
        over = Slept(
            ref=self.hibernation.ref,
            policy=record.policy,
            start=record.paused_at,
            end=workflow.now(),
            pause_id=record.pause_id,
            cost=record.cost,
        )
        self.sleeps = (*self.sleeps, over)[-SLEEPS_KEPT:]

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
            trouble=self.trouble,
        )

    def result(self, outcome: str, sentence: str) -> HibernationResult:
        """How it ended."""
        return HibernationResult(
            ref=self.hibernation.ref,
            outcome=outcome,
            sentence=sentence,
            original_replicas=None if self.sleep is None else self.sleep.record.original_replicas,
            slept_seconds=self.slept.total_seconds(),
            avoided_cost=self.avoided_cost,
            currency=self.currency,
            reasserts=self.reasserts,
            sleeps=self.sleeps,
        )

    def _saving_line(self) -> str:
        if self.sleep is None or self.sleep.record.cost is None:
            return ""
        record, order = self.sleep.record, self.order
        freed = None if order is None else order.requests.times(record.original_replicas)
        return describe_saving(self.sleep.record.cost, freed)
