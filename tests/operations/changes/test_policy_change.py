from pathlib import Path

import pytest
from cases import NOW, policy
from sleepers import sleeper

from localcluster import LocalCluster
from operations.changes.foresight import foresee_change
from operations.changes.policy_change import Novelty, PolicyChange, compare
from operations.errors import Refused
from operations.installation import Installation
from policies.policy.document import EnforcementPolicy
from worker.settings.settings import Settings

OLD, KEPT, NEW = policy("old"), policy("kept"), policy("new")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.load(environment={"HOME": str(tmp_path)})


def change(settings: Settings, *policies: EnforcementPolicy, prune: bool = False) -> PolicyChange:
    return compare(policies, (KEPT, OLD), [sleeper("a")], prune=prune, instance="me", settings=settings, now=NOW)


def test_each_policy_is_held_against_the_one_in_force(settings: Settings) -> None:
    made = change(settings, NEW, KEPT, policy("old", mode="DryRun"))
    assert made.novelties == {"new": Novelty.CREATED, "kept": Novelty.UNCHANGED, "old": Novelty.CHANGED}
    assert (made.names, made.changed, made.pruned) == (("new", "kept", "old"), ("new", "old"), ())


def test_only_a_prune_removes_those_that_are_not_named(settings: Settings) -> None:
    assert change(settings, KEPT).pruned == ()
    pruned = change(settings, KEPT, prune=True)
    assert (pruned.pruned, [each.policy for each in pruned.handovers]) == (("old",), ["old"])


def test_what_sleeps_is_offered_to_the_policies_that_will_be_there(settings: Settings) -> None:
    nights = policy("nights", schedule={"timeZone": "UTC", "asleep": [{"from": "Mon 19:00", "to": "Tue 07:00"}]})
    (_, handover) = compare(
        [nights], [policy("idle-dev")], [sleeper("a")], prune=True, instance="me", settings=settings, now=NOW
    ).handovers
    assert str(handover) == "idle-dev: 1 asleep: 1 handed to nights"


def test_an_author_hears_what_the_settings_of_this_machine_do_not_give(settings: Settings) -> None:
    (notice,) = change(settings, policy("new", idleWindow="720h")).notices
    assert (notice.policy, "FINOPS_PROMETHEUS_URL" in notice.sentence) == ("new", True)


@pytest.mark.cluster
async def test_it_is_foreseen_on_a_cluster_without_a_temporal(cluster: LocalCluster, tmp_path: Path) -> None:
    asked = Installation({"kubeconfig": cluster.kubeconfig, "state_dir": tmp_path}, user="me@here")
    asked.policies.prepare()
    asked.policies.write(KEPT)
    foreseen = await foresee_change(asked, [KEPT, NEW], prune=False)
    assert foreseen.changed == ("new",)
    assert not (asked.settings.policies / "new.yaml").exists()
    asked.close()


async def test_a_second_document_of_a_policy_is_refused(tmp_path: Path) -> None:
    asked = Installation({"state_dir": tmp_path}, user="me@here")
    asked.policies.prepare()
    asked.policies.write(KEPT)
    (asked.settings.policies / "kept.yaml").rename(asked.settings.policies / "other.yaml")
    with pytest.raises(Refused, match="in a file that apply did not write"):
        await foresee_change(asked, [KEPT], prune=False)
