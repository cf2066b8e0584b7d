"""What a sleep costs the API server, counted on its own audit log."""

import pytest
from audits import requests
from hibernations import Bedroom

from localcluster import LocalCluster
from policies.names import REACTIVATE
from policies.sleep.messages import Phase

pytestmark = [pytest.mark.cluster, pytest.mark.temporal]


async def test_a_pause_is_two_writes_and_no_read_and_a_resume_one_read_and_two_writes(
    bedroom: Bedroom, cluster: LocalCluster
) -> None:
    bedroom.deploy()
    handle = await bedroom.start()
    setup = requests(cluster, bedroom.namespace)["get deployments"]
    await bedroom.reach(handle, Phase.ASLEEP)
    paused = requests(cluster, bedroom.namespace)
    rounds = paused["conflict"]
    assert paused["get deployments"] - setup == rounds
    assert paused["patch deployments"] == 1 + rounds
    assert paused["patch deployments/scale"] == 1

    await handle.signal(REACTIVATE)
    await bedroom.reach(handle, Phase.AWAKE)
    resumed = requests(cluster, bedroom.namespace) - paused
    assert resumed["get deployments"] == 1 + resumed["conflict"]
    assert resumed["patch deployments"] == 1
    assert resumed["patch deployments/scale"] == 1
