"""Who else decides a count is found out before the first write: judged on real objects, made with the real tools."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from audits import requests_by_namespace
from cases import policy
from deployments import is_ready, path_of, wait_for
from hibernations import Bedroom, Source, enforce
from ids import id_of
from shells import Shell
from situations import SITUATIONS, Situation
from temporalio.testing import WorkflowEnvironment

from localcluster import LocalCluster
from policies.checks import Case
from policies.checks.decision import Decision, evaluate
from policies.checks.reasons import Reason
from policies.policy.document import EnforcementPolicy
from policies.runs.enforcement import EnforcementResult
from worker.cluster.cluster import Cluster

pytestmark = [pytest.mark.cluster, pytest.mark.temporal]

DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
each_situation = pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: situation.what)


@dataclass(frozen=True)
class Judged:
    """What became of a situation: judged by itself, and then met by a run of its policy."""

    decision: Decision
    requests: Counter[str]
    """What the product has asked of the Deployment's namespace."""
    replicas: int


@dataclass(frozen=True)
class Verdicts:
    """All situations, and what the two runs said of them."""

    judged: dict[Situation, Judged]
    runs: tuple[EnforcementResult, ...]


@pytest.fixture(scope="module")
def definitions(cluster: LocalCluster, open_shell: Callable[[str], Shell]) -> Iterator[None]:
    """KEDA's and Argo Rollouts' kinds of objects."""
    _type(open_shell("default"), "kubectl apply -f crds.yaml", "kubectl wait --for=condition=Established --all crd")
    yield
    for name in ("scaledobjects.keda.sh", "rollouts.argoproj.io"):
        cluster.objects.delete(f"{DEFINITIONS}/{name}")


@pytest.fixture(scope="module")
async def verdicts(
    skipping: WorkflowEnvironment,
    product: Cluster,
    cluster: LocalCluster,
    source: Source,
    fresh_namespace: Callable[[], str],
    open_shell: Callable[[str], Shell],
    definitions: None,
) -> AsyncIterator[Verdicts]:
    """Every situation in a namespace of its own."""
    rooms = {each: Bedroom(skipping, product, cluster.objects, source, fresh_namespace()) for each in SITUATIONS}
    shells = {each: open_shell(room.namespace) for each, room in rooms.items()}
    await asyncio.gather(*(asyncio.to_thread(_type, shells[each], *each.lines) for each in SITUATIONS))
    await asyncio.to_thread(wait_for, lambda: all(map(_is_settled, rooms, rooms.values())), what="the controllers")
    await asyncio.sleep(1.1)  # the shortest cooldown
    source.reset()
    source.policies = tuple(_policy(git_ops, rooms) for git_ops in ("Decline", "Pause"))
    decisions = _judge(product, rooms)
    runs = [await enforce(room, _name(each.git_ops)) for each, room in _one_of_each(rooms)]
    paused = [rooms[each] for each, decision in decisions.items() if decision.reason is Reason.PAUSE]
    await asyncio.to_thread(wait_for, lambda: all(room.replicas() == 0 for room in paused), what="those that may sleep")
    counted = requests_by_namespace(cluster)
    yield Verdicts(
        {each: Judged(decisions[each], counted[room.namespace], room.replicas()) for each, room in rooms.items()},
        tuple(runs),
    )
    source.reset()
    for each, room in rooms.items():
        workflow_id = id_of(product.settings.cluster, room.namespace, "web")
        room.handles.append(skipping.client.get_workflow_handle(workflow_id))
        await room.end()
        _type(shells[each], *each.afterwards)
        _type(shells[each], "kubectl delete namespace $NAMESPACE --wait=false --ignore-not-found")


def _type(shell: Shell, *lines: str) -> None:
    for line in lines:
        done = shell.run(line)
        assert done.returncode == 0, f"{line}: {done.stderr}"


def _is_settled(situation: Situation, room: Bedroom) -> bool:
    """Whether the controllers have seen it, and have nothing left to do where it may sleep."""
    item = room.objects.get(path_of(room.namespace, "web"))
    seen = item.get("status", {}).get("observedGeneration") == item["metadata"]["generation"]
    return is_ready(item) if situation.reason is Reason.PAUSE else seen


def _name(git_ops: str) -> str:
    return f"git-ops-{git_ops.lower()}"


def _policy(git_ops: str, rooms: dict[Situation, Bedroom]) -> EnforcementPolicy:
    namespaces = [room.namespace for situation, room in rooms.items() if situation.git_ops == git_ops]
    return policy(
        _name(git_ops),
        scope={"namespaces": {"include": namespaces}},
        cooldownWindow="1s",
        minHourlyCost=0.001,
        resumeAfter="10h",
        gitOps=git_ops,
        limits={"maxActionsPerRun": len(rooms)},
    )


def _judge(product: Cluster, rooms: dict[Situation, Bedroom]) -> dict[Situation, Decision]:
    """As `finops explain` does it."""
    now = datetime.now(UTC)
    gathered = product.gatherer().gather(now)
    decisions = {}
    for situation, room in rooms.items():
        workload = room.read()
        case = Case(
            policy=_policy(situation.git_ops, rooms),
            workload=workload,
            surroundings=gathered.surroundings_at(now),
            cost=gathered.costs.quote(workload),
        )
        decisions[situation] = evaluate(case)
    return decisions


def _one_of_each(rooms: dict[Situation, Bedroom]) -> list[tuple[Situation, Bedroom]]:
    """One situation for each of the two policies."""
    return list({situation.git_ops: (situation, room) for situation, room in rooms.items()}.values())


@each_situation
def test_the_reason_is_the_one_of_the_table(verdicts: Verdicts, situation: Situation) -> None:
    decision = verdicts.judged[situation].decision
    assert decision.reason is situation.reason, decision.sentence


@each_situation
def test_a_run_writes_to_nothing_but_what_may_sleep(verdicts: Verdicts, situation: Situation) -> None:
    judged = verdicts.judged[situation]
    if situation.reason is Reason.PAUSE:
        assert judged.replicas == 0
        assert judged.requests["patch deployments/scale"] == 1
    else:
        assert judged.requests == {"get deployments": 1}


def test_the_runs_started_exactly_the_sleeps_of_the_table(verdicts: Verdicts) -> None:
    may_sleep = sum(situation.reason is Reason.PAUSE for situation in SITUATIONS)
    assert sum(run.started for run in verdicts.runs) == may_sleep
    assert sum(run.decisions[Reason.PAUSE] for run in verdicts.runs) == may_sleep
