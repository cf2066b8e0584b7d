from pathlib import Path

import pytest

from localcluster import LocalCluster
from operations.doctor.check_results import Level
from operations.doctor.examination import examine
from operations.installation import Installation


async def test_a_cluster_that_is_not_there_hides_nothing_else(tmp_path: Path) -> None:
    asked = Installation({"state_dir": tmp_path, "kubeconfig": tmp_path / "none"}, user="me@here")
    levels = {each.subject: each.level for each in await examine(asked)}
    assert (levels["settings"], levels["policies"], levels["cluster"]) == (Level.OK, Level.WARN, Level.FAIL)
    assert list(levels)[-1] == "Temporal"


@pytest.mark.cluster
async def test_a_cluster_is_told_by_its_server_and_its_identity(cluster: LocalCluster, tmp_path: Path) -> None:
    asked = Installation({"state_dir": tmp_path, "kubeconfig": cluster.kubeconfig}, user="me@here")
    told = {each.subject: each for each in await examine(asked)}
    assert (told["cluster"].level, told["cluster identity"].level) == (Level.OK, Level.OK)
    assert asked.cluster.transport.server in told["cluster"].sentence
    asked.close()
