"""Going on with a fresh history: when a run ends, what it hands on, and how the next one takes it up.

Every loop of a life calls `continue_if_long` at its top. What Temporal itself does not hand on are the static summary
and details of the start: from the second run on the Temporal UI shows the current details, which each stage writes as
it begins.
"""

from dataclasses import asdict
from datetime import timedelta

from temporalio import workflow

from policies.names import TROUBLE
from policies.sleep.continuation import Continuation, Tried, Waking
from policies.sleep.messages import HibernationResult, Phase
from policies.sleep.review import Sleep
from policies.sleep.wake_note import LONG
from workflows.life.attempt import Attempt
from workflows.life.endings import Woken
from workflows.life.life import LONGEST_TROUBLE, Life
from workflows.life.requests import HeardRequests
from workflows.life.totals import Totals
from workflows.waiting import waited


async def continue_if_long(life: Life) -> None:
    """End this run if its history has grown long.

    What was said up to here is handed on. What is said while the server is being told makes it refuse this task, and
    the next attempt at it hands that on, too.
    """
    if not life.must_continue():
        return
    life.over = True
    await waited(workflow.all_handlers_finished)
    # The memo would be that of the start, with a trouble that may be over.
    workflow.continue_as_new(hand_on(life), memo={**workflow.memo(), TROUBLE: life.trouble[:LONGEST_TROUBLE]})


def hand_on(life: Life) -> Continuation:
    """All that the next run has to know."""
    asleep, requests = life.sleep, life.requests
    return Continuation(
        cluster=life.hibernation.cluster,
        instance=life.hibernation.instance,
        ref=life.hibernation.ref,
        sleep=None if asleep is None else asleep.record,
        revision="" if asleep is None else asleep.revision,
        extended_until=None if asleep is None else asleep.extended_until,
        watch=None if asleep is None else asleep.watch,
        waking=requests.wake,
        awake=life.note if asleep is None else None,
        cycles=life.cycles,
        reasserts=life.reasserts,
        order=life.order,
        check=requests.check or life.looking,
        keep_awake=requests.keep_awake,
        keep_awake_by=requests.keep_awake_by,
        keep_awake_reason=requests.keep_awake_reason,
        pause_by_hand=requests.pause,
        heard=not life.is_wanted(),
        under_way=None if life.waking is None else _hand_on_wake(life.waking),
        ended=life.ended is not None,
        so_far=life.ended or life.result("", ""),
        look_again_at=life.look_again_at,
        waiting_since=life.waiting_since,
        missed_since=life.missed_since,
        refused=life.refused,
        unrecorded=life.unrecorded,
        trouble=life.trouble,
        zone=life.zone,
        kept=life.requests.kept,
    )


def take_up(start: Continuation) -> Life:
    """A life as its start, or the run before, says."""
    sleep = None
    if start.sleep is not None:
        sleep = Sleep(
            record=start.sleep, revision=start.revision, extended_until=start.extended_until, watch=start.watch
        )
    so_far = start.so_far
    keep_awake, by, reason = start.keep_awake, start.keep_awake_by, start.keep_awake_reason
    if so_far is None and start.awake is not None:
        # The very first run of one that somebody keeps awake.
        keep_awake, by, reason = start.awake.awake_until, start.awake.by, start.awake.reason
    return Life(
        hibernation=start,
        phase=_first_phase(start),
        requests=HeardRequests(
            wake=start.waking,
            check=start.check,
            keep_awake=keep_awake,
            keep_awake_by=by,
            keep_awake_reason=reason,
            kept=start.kept,
            pause=start.pause_by_hand,
        ),
        sleep=sleep,
        note=start.awake,
        order=start.order,
        heard=start.waking if start.heard else None,
        waking=None if start.under_way is None else _take_up_wake(start.under_way),
        ended=so_far if start.ended else None,
        reasserts=start.reasserts,
        trouble=start.trouble,
        inherits_trouble=bool(start.trouble),
        cycles=start.cycles,
        look_again_at=start.look_again_at,
        waiting_since=start.waiting_since,
        missed_since=start.missed_since,
        refused=start.refused,
        unrecorded=start.unrecorded,
        zone=start.zone if start.pause is None else start.pause.terms.zone,
        totals=Totals() if so_far is None else _totals(so_far),
    )


def _first_phase(start: Continuation) -> Phase:
    if start.pause is not None:
        return Phase.PAUSING
    if start.under_way is not None:
        return Phase.RESUME_FAILING if start.trouble else Phase.RESUMING
    if start.sleep is not None:
        return Phase.ASLEEP
    return Phase.AWAKE if start.awake is None or start.awake.because in LONG else Phase.COOLING


def _hand_on_wake(waking: Woken) -> Waking:
    return Waking(
        because=waking.because,
        sentence=waking.sentence,
        outcome=waking.outcome,
        owns_zero=waking.owns_zero,
        note=waking.note,
        tried=Tried(**asdict(waking.attempt)),
    )


def _take_up_wake(waking: Waking) -> Woken:
    return Woken(
        because=waking.because,
        sentence=waking.sentence,
        outcome=waking.outcome,
        owns_zero=waking.owns_zero,
        note=waking.note,
        attempt=Attempt(**waking.tried.model_dump()),
    )


def _totals(so_far: HibernationResult) -> Totals:
    return Totals(
        slept=timedelta(seconds=so_far.slept_seconds),
        avoided_cost=so_far.avoided_cost,
        currency=so_far.currency,
        sleeps=so_far.sleeps,
    )
