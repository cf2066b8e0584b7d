"""Cases for the rules: one ordinary workload that would be paused, and what to change about it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from policies.checks import Autoscalers, Case, Surroundings
from policies.costs.cost import CostAnswer, HourlyCost, Requests
from policies.idleness.answers import NOT_ASKED, IdleAnswer
from policies.policy.document import EnforcementPolicy
from policies.workload import Rollout, Workload, WorkloadRef

NOW = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
COST = HourlyCost(amount=0.12, currency="USD", source="price list")


def policy(name: str = "idle-dev", **spec: Any) -> EnforcementPolicy:
    """An enforcing policy over every namespace; `spec` in the document's own words."""
    written = {
        "mode": "Enforce",
        "scope": {"namespaces": {"include": ["*"]}},
        "minHourlyCost": 0.02,
        **spec,
    }
    return EnforcementPolicy.model_validate(
        {
            "apiVersion": "finops.io/v1alpha1",
            "kind": "EnforcementPolicy",
            "metadata": {"name": name},
            "spec": {key: value for key, value in written.items() if value is not None},
        }
    )


def workload(namespace: str = "dev-shop", name: str = "checkout", **changes: Any) -> Workload:
    """A Deployment of three replicas, a day old and quiet."""
    ordinary: dict[str, Any] = {
        "ref": WorkloadRef(namespace=namespace, name=name, uid="u1"),
        "resource_version": "42",
        "replicas": 3,
        "created_at": NOW - timedelta(days=1),
        "labels": {"app": name},
        "requests": Requests(cpu_cores=1, memory_bytes=2**30),
        "rollout": Rollout(
            generation=1,
            observed_generation=1,
            status_replicas=3,
            updated_replicas=3,
            available_replicas=3,
            progressing_reason="NewReplicaSetAvailable",
            progressing_updated_at=NOW - timedelta(days=1),
        ),
    }
    return Workload(**(ordinary | changes))


def surroundings(**changes: Any) -> Surroundings:
    """A cluster whose autoscalers may be read, and where nothing special runs."""
    ordinary: dict[str, Any] = {"now": NOW, "cluster": "test", "instance": "me", "autoscalers": Autoscalers()}
    return Surroundings(**(ordinary | changes))


def case(
    of: Workload | None = None,
    under: EnforcementPolicy | None = None,
    around: Surroundings | None = None,
    cost: CostAnswer | None = None,
    idleness: IdleAnswer = NOT_ASKED,
) -> Case:
    """One workload before one policy."""
    return Case(
        policy=under or policy(),
        workload=of or workload(),
        surroundings=around or surroundings(),
        cost=cost or CostAnswer(cost=COST),
        idleness=idleness,
    )
