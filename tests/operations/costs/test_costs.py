"""The rows of `list_costs`. With an OpenCost beside them: tests/cli/commands/ask/test_costs.py."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from deployments import create_ready, deployment

from localcluster import LocalCluster
from operations.costs.costs import list_costs
from operations.installation import Installation

pytestmark = pytest.mark.cluster


def test_only_what_is_believed_counts_in_the_sum(cluster: LocalCluster, namespace: str, tmp_path: Path) -> None:
    create_ready(
        cluster.objects,
        deployment(namespace, "web"),
        deployment(namespace, "asleep", replicas=0),
        deployment(namespace, "free", cpu=None, memory=None),
    )
    flags = {"kubeconfig": cluster.kubeconfig, "state_dir": tmp_path / "state"}
    costs = list_costs(Installation(flags, user="me@here"), namespace, datetime.now(UTC))
    asleep, free, web = costs.rows
    assert [row.name for row in costs.rows] == ["asleep", "free", "web"]
    assert (asleep.hourly_cost, asleep.reason) == (0, "at zero replicas it costs nothing")
    assert (free.believed, free.hourly_cost, free.reason[:12]) == (None, None, "NoRequests: ")
    assert web.believed is not None
    assert (costs.together.hourly, costs.together.unknown) == (web.believed.amount, 1)
    assert costs.problem == ""
