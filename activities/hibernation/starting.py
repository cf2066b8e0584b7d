"""How a hibernation is started: its id, queue, attributes, and what a person reads of it in the Temporal UI."""

from typing import Any

from temporalio.client import Client
from temporalio.common import Priority, SearchAttributePair, TypedSearchAttributes
from temporalio.exceptions import WorkflowAlreadyStartedError

from activities.hibernation import visibility
from activities.hibernation.listing import CURRENCY_MEMO, WORKLOAD_MEMO
from policies.calendar.foreseen import describe_saving
from policies.costs.cost import HourlyCost
from policies.costs.savings import saved_per_day_asleep
from policies.kinds import kind_named
from policies.names import HIBERNATION, MANUAL, hibernation_id, task_queue
from policies.sleep.messages import Hibernation, Phase
from policies.wording import amount, in_markdown

START_PRIORITY = Priority(priority_key=2)


async def start_hibernation(client: Client, hibernation: Hibernation, **more: Any) -> str | None:
    """Start the workload's hibernation, unless one is open: its id is the lock on the workload. Returns the id of the
    run that began, or None where one is open already.

    `more` goes to the start as it is (a signal to deliver with it, for instance).
    """
    ref = hibernation.ref
    try:
        handle = await client.start_workflow(
            HIBERNATION,
            hibernation,
            id=hibernation_id(hibernation.cluster, ref.key),
            task_queue=task_queue(hibernation.cluster),
            search_attributes=_attributes(hibernation),
            memo=_memo(hibernation),
            static_summary=_summary(hibernation),
            static_details=_details(hibernation),
            priority=START_PRIORITY,
            **more,
        )
    except WorkflowAlreadyStartedError:
        return None
    return handle.first_execution_run_id


def policy_of(hibernation: Hibernation) -> str:
    """The policy this hibernation begins under; keeping awake is a person's doing."""
    if hibernation.pause is not None:
        return hibernation.pause.policy
    return hibernation.sleep.policy if hibernation.sleep is not None else MANUAL


def _attributes(hibernation: Hibernation) -> TypedSearchAttributes:
    pairs: list[SearchAttributePair[Any]] = [
        SearchAttributePair(visibility.CLUSTER, hibernation.cluster),
        SearchAttributePair(visibility.WORKLOAD_NAMESPACE, hibernation.ref.namespace),
        SearchAttributePair(visibility.POLICY, policy_of(hibernation)),
        SearchAttributePair(visibility.HIBERNATION_STATE, _first_phase(hibernation).value),
    ]
    if hibernation.sleep is not None and hibernation.sleep.resume_at is not None:
        pairs.append(SearchAttributePair(visibility.RESUME_AT, hibernation.sleep.resume_at))
    cost = _cost_of(hibernation)
    if cost is not None:
        pairs.append(SearchAttributePair(visibility.SAVED_PER_DAY, round(saved_per_day_asleep(cost), 6)))
    return TypedSearchAttributes(pairs)


def _cost_of(hibernation: Hibernation) -> HourlyCost | None:
    """The price that it begins with."""
    if hibernation.sleep is not None:
        return hibernation.sleep.cost
    return None if hibernation.pause is None else hibernation.pause.candidate.cost


def _memo(hibernation: Hibernation) -> dict[str, str] | None:
    """What `status` lists without asking each workflow: the currency of its figures, and the true name where the id had
    to be shortened.
    """
    ref, cost = hibernation.ref, _cost_of(hibernation)
    shortened = not hibernation_id(hibernation.cluster, ref.key).endswith(f"/{ref.key.path}")
    told = {WORKLOAD_MEMO: ref.key.path} if shortened else {}
    if cost is not None:
        told[CURRENCY_MEMO] = cost.currency
    return told or None


def _first_phase(hibernation: Hibernation) -> Phase:
    if hibernation.pause is not None:
        return Phase.PAUSING
    if hibernation.awake is not None:
        return Phase.AWAKE
    return Phase.RESUMING if hibernation.waking is not None else Phase.ASLEEP


def _summary(hibernation: Hibernation) -> str:
    """Neither this nor the details can be changed once it runs: they are true for all of its life."""
    ref = hibernation.ref
    if hibernation.awake is not None:
        return f"{ref}: a person's wish to keep it awake"
    cost = hibernation.sleep.cost if hibernation.sleep is not None else None
    if hibernation.pause is not None:
        cost = hibernation.pause.candidate.cost
    money = "" if cost is None else f", saves {amount(cost.amount, cost.currency, places=4)} an hour while asleep"
    return in_markdown(f"{ref}: policy {policy_of(hibernation)}{money}")


def _details(hibernation: Hibernation) -> str:
    lines = [f"{kind_named(hibernation.ref.kind).title} **{hibernation.ref}** on cluster **{hibernation.cluster}**."]
    if hibernation.pause is not None:
        order = hibernation.pause
        lines.append(
            f"Why it was paused: {in_markdown(order.candidate.sentence)}. Replicas before: **{order.seen.replicas}**."
        )
        candidate = order.candidate
        if candidate.cost is not None:
            lines.append(
                describe_saving(candidate.cost, order.terms.allowance, candidate.requests.times(order.seen.replicas))
            )
    if hibernation.kept:
        lines.append(f"First {in_markdown(hibernation.kept)}.")
    lines.append("How it stands now, until when, and how to wake it while it sleeps: see Current Details.")
    return "\n\n".join(lines)
