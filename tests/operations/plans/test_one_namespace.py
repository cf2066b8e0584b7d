"""What somebody sees who may look into one namespace alone, on a real API server."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from accounts import dismiss, enroll, grant
from deployments import autoscaler, create_ready, deployment, wait_for
from listeners import Notebook

from activities.errors import Denied
from localcluster import LocalCluster
from operations.costs.costs import list_costs
from operations.installation import Installation
from operations.listing import list_workloads
from operations.past.savings import read_period, reckon_savings
from operations.plans.explanation import explain_workload
from operations.plans.plan_pauses import plan_pauses
from operations.plans.policies import choose_policies, sample_policy
from operations.present.asked_for import StatusQuestion
from operations.present.status import read_status
from policies.checks.reasons import Reason
from policies.keys import WorkloadKey

pytestmark = pytest.mark.cluster

NAME = "insider"
RULES = [
    {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get", "list"]},
    {"apiGroups": ["autoscaling"], "resources": ["horizontalpodautoscalers"], "verbs": ["list"]},
]


@pytest.fixture(scope="module")
def account(cluster: LocalCluster) -> Iterator[Path]:
    """The kubeconfig of somebody without any right."""
    kubeconfig = enroll(cluster, NAME)
    yield kubeconfig
    dismiss(cluster, NAME, kubeconfig)


@pytest.fixture
def installation(cluster: LocalCluster, account: Path, tmp_path: Path, namespace: str) -> Iterator[Installation]:
    """Theirs, with a Role in one namespace, in which there is a Deployment."""
    create_ready(cluster.objects, deployment(namespace, "web"))
    grant(cluster, NAME, RULES, namespace)
    flags = {"kubeconfig": account, "state_dir": tmp_path / "state", "cluster": "inside", "instance": "me"}
    made = Installation(flags, user="me@here")
    wait_for(lambda: may_list(made.within(namespace)), what="the rights")
    yield made
    made.close()


def may_list(installation: Installation) -> bool:
    try:
        list_workloads(installation)
    except Denied:
        return False
    return True


def test_without_a_namespace_the_missing_right_and_the_way_out_are_named(installation: Installation) -> None:
    with pytest.raises(Denied) as refused:
        plan_pauses(installation, [sample_policy()], now=datetime.now(UTC))
    assert "the right to list deployments.apps is missing" in str(refused.value)
    assert str(refused.value).endswith("or ask about one namespace where you have it (-n NAMESPACE)")
    assert "admission" not in str(refused.value)


def test_a_plan_of_one_namespace_says_what_was_not_looked_at(installation: Installation, namespace: str) -> None:
    plan = plan_pauses(installation, [sample_policy()], now=datetime.now(UTC), namespace=namespace)
    (policy,) = plan.policies
    assert [(str(each.ref), each.reason) for each in policy.decisions] == [(f"{namespace}/web", Reason.COOLING_DOWN)]
    unknown = " | ".join(plan.unknowns)
    assert f"what is in other namespaces than {namespace}" in unknown
    for unseen in ("what Namespaces say", "which Deployments the API server itself calls", "PodDisruptionBudgets"):
        assert unseen in unknown


def test_its_autoscalers_are_seen_where_they_may_be_listed_there(
    installation: Installation, cluster: LocalCluster, namespace: str
) -> None:
    cluster.objects.create(autoscaler(namespace, "web", 1, 5))
    gathered = installation.within(namespace).cluster.gatherer().gather(datetime.now(UTC))
    assert gathered.base.autoscalers is None  # KEDA's may not be listed: which it has is not known
    grant(cluster, NAME, [{"apiGroups": ["keda.sh"], "resources": ["scaledobjects"], "verbs": ["list"]}])

    def seen() -> bool:
        found = installation.within(namespace).cluster.gatherer().gather(datetime.now(UTC)).base.autoscalers
        return found is not None and found.horizontal == {WorkloadKey(namespace, "web")}

    wait_for(seen, what="the autoscaler")


def test_costs_and_an_explanation_need_no_more_than_that_namespace(installation: Installation, namespace: str) -> None:
    costs = list_costs(installation, namespace, datetime.now(UTC))
    assert [(row.namespace, row.name, row.valid) for row in costs.rows] == [(namespace, "web", True)]
    explained = explain_workload(installation, WorkloadKey(namespace, "web"), (sample_policy(),), now=datetime.now(UTC))
    assert explained.policies[0].decision.reason is Reason.COOLING_DOWN


async def test_status_and_savings_tell_by_that_namespace_alone(installation: Installation, namespace: str) -> None:
    found = await read_status(installation, StatusQuestion(namespace=namespace))
    assert (found.temporal_trouble != "", found.hibernations, found.is_served) == (True, (), False)
    made = await reckon_savings(installation, read_period(None, None, datetime.now(UTC)), namespace)
    assert [trouble.partition(",")[0] for trouble in made.troubles] == ["Temporal cannot be asked"]


def test_where_the_policies_in_the_cluster_may_not_be_listed_the_sample_judges(
    installation: Installation,
) -> None:
    flags = {
        "kubeconfig": installation.settings.kubeconfig,
        "state_dir": installation.settings.state_dir,
        "policy_source": "cluster",
    }
    listener = Notebook()
    chosen = choose_policies(Installation(flags, user="me@here", listener=listener), [])
    assert [policy.name for policy in chosen.policies] == ["sample"]
    (heard,) = listener.heard
    assert "which policies are in force is not known: " in heard
    assert "the right to list enforcementpolicies.finops.io is missing" in heard
