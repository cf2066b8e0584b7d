"""What the search attributes of a hibernation say of its sleep."""

from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributeUpdate

from activities.hibernation.visibility import POLICY, RESUME_AT, SAVED_PER_DAY
from policies.costs.savings import saved_per_day_asleep
from policies.sleep.review import Sleep


def changed_attributes(sleep: Sleep | None) -> list[SearchAttributeUpdate[Any]]:
    """The search attributes that do not yet say what this sleep is: each write is an event."""
    shown = workflow.info().typed_search_attributes
    updates: list[SearchAttributeUpdate[Any]] = []
    if sleep is None:
        return [RESUME_AT.value_unset()] if shown.get(RESUME_AT) is not None else updates
    record = sleep.record
    if shown.get(POLICY) != record.policy:
        updates.append(POLICY.value_set(record.policy))
    if record.resume_at is None and shown.get(RESUME_AT) is not None:
        updates.append(RESUME_AT.value_unset())
    elif record.resume_at is not None and shown.get(RESUME_AT) != record.resume_at:
        updates.append(RESUME_AT.value_set(record.resume_at))
    if record.cost is not None and shown.get(SAVED_PER_DAY) is None:
        updates.append(SAVED_PER_DAY.value_set(round(saved_per_day_asleep(record.cost), 6)))
    return updates
