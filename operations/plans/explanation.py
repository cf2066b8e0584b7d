"""Why a Deployment is paused or left alone: every check's verdict on it, by each policy."""

from datetime import datetime

from operations.costs.ask_ahead import ask_ahead
from operations.installation import Installation
from operations.listing import miss_workload
from operations.plans.blindness import find_blindness, find_unwritable
from operations.targets import is_sleeper
from operations.zones import Zones, read_zones
from policies.checks import Case
from policies.checks.decision import Answer, Decision, evaluate, explain
from policies.costs.cost import CostAnswer
from policies.idleness.answers import IdleAnswer
from policies.keys import WorkloadKey
from policies.models import Frozen
from policies.policy.document import EnforcementPolicy
from policies.runs.first_window import NONE_REMEMBERED, FirstWindows
from policies.workload import Workload


class PolicyVerdict(Frozen):
    """What comes of one policy."""

    policy: EnforcementPolicy
    decision: Decision
    idleness: IdleAnswer | None
    """None where the policy does not ask for it."""
    first_window_room: int | None = None
    """How many more may go to sleep while its window is its first; None where that is over, or there is no such brake.
    """
    checks: tuple[Answer, ...]
    """In their order, also those after the first that has something against a pause."""


class Explanation(Frozen):
    """All that is known of one Deployment."""

    workload: Workload
    cluster: str
    """The cluster's name, as it stands in the ids of its workflows."""
    cost: CostAnswer
    costs_kept: str
    """How long a worker acts on what the cost source answered."""
    policies: tuple[PolicyVerdict, ...]
    unknowns: tuple[str, ...]
    """What could not be found out, and what that means."""
    may_not_write: tuple[str, ...]
    """Its namespace, where the caller's own credentials could pause nothing in it."""
    zones: Zones = Zones()
    page: str = ""
    """Of its hibernation in Temporal's UI; empty where it has none, or that UI is not known."""


def explain_workload(
    installation: Installation,
    key: WorkloadKey,
    policies: tuple[EnforcementPolicy, ...],
    *,
    now: datetime,
    first_windows: FirstWindows = NONE_REMEMBERED,
) -> Explanation:
    """Judge one Deployment by these policies, of which there is at least one. `first_windows` is what their runs
    remember. Raises NotThere, KubernetesError.
    """
    installation = installation.within(key.namespace)  # nothing else is about it
    ask_ahead(installation, now)
    cluster = installation.cluster
    found = cluster.workloads.read(key)
    if found is None:
        raise miss_workload(installation, key)
    with installation.listener.progress("asking for costs, idleness and autoscalers"):
        gathered = cluster.gatherer().gather(now, policies)
        blind_to = find_blindness(installation)
    surroundings = gathered.surroundings_at(now, policies)
    cases = [gathered.case(policy, found, surroundings) for policy in policies]
    refused, unknown = find_unwritable(installation, [key.namespace])
    return Explanation(
        workload=found,
        cluster=installation.settings.cluster,
        cost=cases[0].cost,
        costs_kept=gathered.costs.kept,
        policies=tuple(_judge(case, first_windows.room_of(case.policy, now)) for case in cases),
        unknowns=(*blind_to, *unknown),
        may_not_write=refused,
        zones=read_zones(installation) if is_sleeper(found) else Zones(),
    )


def _judge(case: Case, room: int | None) -> PolicyVerdict:
    return PolicyVerdict(
        policy=case.policy,
        decision=evaluate(case),
        idleness=None if case.policy.spec.idle_window is None else case.idleness,
        first_window_room=room,
        checks=explain(case),
    )
