"""A plan for a later moment: what sleeps now and wakes before it is awake again by then."""

from datetime import datetime

from activities.runs.surroundings import Gathered
from operations.targets import is_sleeper
from policies import annotations as notes
from policies.checks import Case, Surroundings
from policies.costs.cost import CostAnswer
from policies.policy.document import EnforcementPolicy
from policies.readable import readable_pause
from policies.workload import Workload


def as_it_will_be(workload: Workload, moment: datetime) -> Workload:
    """The workload as it stands at a moment to come: awake with its count, where its time comes before."""
    record = readable_pause(workload.annotations) if is_sleeper(workload) else None
    if record is None or record.resume_at is None or record.resume_at > moment:
        return workload
    count = record.original_replicas
    return workload.replace(
        replicas=count,
        annotations={key: text for key, text in workload.annotations.items() if key not in notes.ASLEEP_KEYS},
        rollout=workload.rollout.replace(status_replicas=count, updated_replicas=count, available_replicas=count),
    )


def case_at(gathered: Gathered, policy: EnforcementPolicy, workload: Workload, surroundings: Surroundings) -> Case:
    """One workload before one policy at the moment of these surroundings. What is asleep has no cost that a source
    could tell: that of its record counts.
    """
    later = as_it_will_be(workload, surroundings.now)
    case = gathered.case(policy, later, surroundings)
    if later is workload or case.cost.cost is not None:
        return case
    record = readable_pause(workload.annotations)
    return case if record is None or record.cost is None else case.replace(cost=CostAnswer(cost=record.cost))
