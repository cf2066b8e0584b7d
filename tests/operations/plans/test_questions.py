"""What operations answer of a real cluster: `plan_pauses`, `explain_workload` and `draft_policies`."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from deployments import create_ready, deployment
from services import enforcing

from localcluster import LocalCluster
from operations.errors import NotThere
from operations.installation import Installation
from operations.plans.draft_policies import Tool, draft_policies
from operations.plans.explanation import explain_workload
from operations.plans.plan_pauses import plan_pauses
from operations.plans.policies import load_policies
from policies.checks import CHECKS
from policies.checks.reasons import Reason
from policies.importing.downscaler_options import DownscalerOptions
from policies.keys import WorkloadKey
from policies.policy.document import EnforcementPolicy

pytestmark = pytest.mark.cluster


@pytest.fixture
def installation(cluster: LocalCluster, tmp_path: Path) -> Iterator[Installation]:
    flags = {"kubeconfig": cluster.kubeconfig, "state_dir": tmp_path / "state", "cluster": "asked"}
    made = Installation(flags, user="me@here")
    yield made
    made.close()


@pytest.fixture
def policies(namespace: str, tmp_path: Path) -> tuple[EnforcementPolicy, ...]:
    file = tmp_path / "policy.yaml"
    file.write_text(enforcing("idle", namespace, cooldown="0.001s"))
    return load_policies(file)


def test_a_plan_has_every_policy_and_what_is_not_known(
    installation: Installation, cluster: LocalCluster, namespace: str, policies: tuple[EnforcementPolicy, ...]
) -> None:
    create_ready(cluster.objects, deployment(namespace, "shop"), deployment(namespace, "free", cpu=None, memory=None))
    plan = plan_pauses(installation, policies, now=datetime.now(UTC))
    (idle,) = plan.policies
    assert [str(each.ref) for each in idle.pauses] == [f"{namespace}/shop"]
    assert idle.counts[Reason.COST_UNKNOWN] == 1
    assert (plan.may_not_write, plan.unknowns, plan.unreadable) == ((), (), ())


def test_an_explanation_has_every_check_by_every_policy(
    installation: Installation, cluster: LocalCluster, namespace: str, policies: tuple[EnforcementPolicy, ...]
) -> None:
    create_ready(cluster.objects, deployment(namespace, "shop"))
    explained = explain_workload(installation, WorkloadKey(namespace, "shop"), policies, now=datetime.now(UTC))
    (verdict,) = explained.policies
    assert (explained.workload.replicas, explained.cost.cost is not None) == (3, True)
    assert (verdict.policy, verdict.decision.reason, verdict.idleness) == (policies[0], Reason.PAUSE, None)
    assert [check.codes for check in verdict.checks] == [check.reasons for check in CHECKS]
    nobody = WorkloadKey(namespace, "nobody")
    with pytest.raises(NotThere, match=f"there is no Deployment {nobody}"):
        explain_workload(installation, nobody, policies, now=datetime.now(UTC))


def test_drafts_are_made_of_what_the_other_tool_was_told(
    installation: Installation, cluster: LocalCluster, namespace: str
) -> None:
    create_ready(cluster.objects, deployment(namespace, "web"))
    told = {"downscaler/uptime": "Mon-Fri 07:30-20:30 Europe/Berlin"}
    cluster.objects.patch(f"/api/v1/namespaces/{namespace}", {"metadata": {"annotations": told}})
    try:
        imported = draft_policies(installation, Tool.DOWNSCALER, DownscalerOptions())
        assert [draft.policy.spec.scope.namespaces.include for draft in imported.drafts] == [(namespace,)]
    finally:
        cluster.objects.patch(f"/api/v1/namespaces/{namespace}", {"metadata": {"annotations": dict.fromkeys(told)}})
    with pytest.raises(NotThere, match="knows no sleepinfos: is kube-green installed there"):
        draft_policies(installation, Tool.KUBE_GREEN, DownscalerOptions())
