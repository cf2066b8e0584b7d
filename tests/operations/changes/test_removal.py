from pathlib import Path

import pytest
from cases import policy
from deployments import deployment

from localcluster import LocalCluster
from operations.changes.removal import foresee_removal
from operations.errors import NotThere
from operations.installation import Installation


async def test_a_policy_that_is_not_there_is_answered_with_those_that_are(tmp_path: Path) -> None:
    asked = Installation({"state_dir": tmp_path}, user="me@here")
    asked.policies.prepare()
    asked.policies.write(policy("nights"))
    with pytest.raises(NotThere, match="there is no policy weekend; in force are: nights"):
        await foresee_removal(asked, "weekend")


@pytest.mark.cluster
async def test_a_sleeper_that_no_other_policy_wants_will_wake(
    cluster: LocalCluster, namespace: str, tmp_path: Path
) -> None:
    record = {"paused": "true", "original-replicas": "2", "instance": "of-this-test", "paused-by": "weekend"}
    annotations = {f"finops.io/{key}": value for key, value in record.items()}
    cluster.objects.create(deployment(namespace, "web", replicas=0, annotations=annotations))
    flags = {"kubeconfig": cluster.kubeconfig, "state_dir": tmp_path, "instance": "of-this-test"}
    asked = Installation(flags, user="me@here")
    asked.policies.prepare()
    asked.policies.write(policy("weekend"))
    handover = await foresee_removal(asked, "weekend")
    assert (handover.policy, handover.asleep, handover.wake + handover.unreadable) == ("weekend", 1, 1)
    asked.close()
