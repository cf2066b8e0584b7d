"""Back to the version before and forward again, with sleepers in every state.

The version before is the real one: a worker of an older commit, in a process of its own, against the same API server
and the same Temporal. While it works, nothing that a person protects may be paused. What it lacks it cannot do: it has
no queue of the runs, so that none comes but from a Schedule that it has put itself; it may refuse a run whose last
result holds a code of the newer version, and leave a workflow waiting whose history it does not understand. Once the
present version is back, all of that goes on, and every workload ends at its count. A run that the older one has left on
its own queue is nobody's then, and its Schedule goes on when it has timed out, after two minutes.
"""

import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from deployments import annotations_of, autoscaler, create_ready, deployment, path_of, wait_for
from faults.revisions import Revisions
from faults.versions import POLICY, Sleepers
from older import of_tree, unpack_older
from refusals import scaling_refused
from services import Service, enforcing

from localcluster import LocalCluster

pytestmark = [pytest.mark.cluster, pytest.mark.temporal, pytest.mark.long]

POLICED = {"policed": 2, "excluded": 1, "kept": 2, "woken": 3}
"""Under a policy that lets everything sleep until somebody wakes it."""
BY_HAND = {"manual": 2, "extended": 3, "timer": 1, "reasserted": 4, "contested": 4, "damaged": 3, "held-back": 2}
REFUSED = {"refused": 2}
BEFORE_THE_AUTOSCALER = {"reasserted": 2, "contested": 2}
TIMER = "120s"
ASLEEP = {"pausing", "asleep", "resuming", "resume-failing"}


async def test_back_to_the_version_before_and_forward_again_no_count_is_lost(
    installation: Callable[[str], Sleepers], cluster: LocalCluster, tmp_path: Path
) -> None:
    older = of_tree(unpack_older(tmp_path / "older"))
    sleepers = installation("rollback")
    service = sleepers.service
    with Revisions(cluster.objects) as revisions:
        service.start_worker()
        await bring_into_every_state(sleepers)
        with scaling_refused(cluster.objects, sleepers.refusing, "refused"):
            service.run("resume", f"{sleepers.refusing}/refused")
            wait_for(lambda: sleepers.phases()["refused"] == "resume-failing", what="the refused wake")
            assert service.stop() == 0

            ask_while_nobody_works(sleepers)
            assert str(tmp_path) in where_it_comes_from(service, older)
            service.start_worker(**older)
            assert not service.ended, service.log.read_text()[-2000:]
            await sleepers.let_run(3, seconds=20)
            assert service.stop() == 0
            assert_nobody_protected_was_paused(sleepers, revisions)

            service.start_worker()
            assert await sleepers.let_run(), service.log.read_text()[-3000:]
        await_counts(sleepers, sleepers.by_hand, {"timer": 1})
        await_counts(sleepers, sleepers.refusing, REFUSED)
        assert_nobody_protected_was_paused(sleepers, revisions)

        service.run("delete", POLICY, "--yes")
        await_counts(sleepers, sleepers.policed, POLICED)
        service.run("resume", "--all", "--yes")
        await_counts(sleepers, sleepers.by_hand, BY_HAND)
        wait_for(lambda: not set(sleepers.phases().values()) & ASLEEP, what=f"the phases {sleepers.phases()}")
        assert_nobody_protected_was_paused(sleepers, revisions)
        assert service.stop() == 0


async def bring_into_every_state(sleepers: Sleepers) -> None:
    """Asleep by a policy, by hand, prolonged, on a timer, asserted again, contested; woken, kept awake, excluded."""
    service, there, by_hand = sleepers.service, sleepers.policed, sleepers.by_hand
    exclusion = {"excluded": {"finops.io/exclude": "true"}}
    create_ready(
        sleepers.objects,
        *(deployment(there, name, replicas=n, annotations=exclusion.get(name)) for name, n in POLICED.items()),
        *(deployment(by_hand, name, replicas=BEFORE_THE_AUTOSCALER.get(name, n)) for name, n in BY_HAND.items()),
        *(deployment(sleepers.refusing, name, replicas=n) for name, n in REFUSED.items()),
    )
    service.run("keep-awake", f"{there}/kept", "--for", "4h")
    sleepers.pause(there, "woken")
    service.run("resume", f"{there}/woken", "--for", "4h", "--wait")
    service.apply(enforcing(POLICY, there))
    for name in BEFORE_THE_AUTOSCALER:
        sleepers.objects.create(autoscaler(by_hand, name, 2, 6))
    sleepers.pause(by_hand, "manual", "damaged", "reasserted")
    await sleepers.overwrite("reasserted", 1)
    sleepers.pause(by_hand, "contested")
    await sleepers.overwrite("contested", 3)
    sleepers.pause(by_hand, "extended", duration="1h")
    sleepers.pause(by_hand, "extended", duration="8h")
    sleepers.pause(sleepers.refusing, "refused")
    sleepers.pause(by_hand, "timer", duration=TIMER)
    wait_for(lambda: sleepers.count(there, "policed") == 0, what="the policy")
    asleep = {"policed", "manual", "extended", "reasserted", "damaged", "timer", "refused"}
    wait_for(
        lambda: {name for name, phase in sleepers.phases().items() if phase == "asleep"} == asleep,
        what=f"the states, which are {sleepers.phases()}",
    )


def ask_while_nobody_works(sleepers: Sleepers) -> None:
    """A record is damaged, and a pause is asked for that the next worker carries out, whichever that is."""
    garbage = {"metadata": {"annotations": {"finops.io/original-replicas": "many"}}}
    sleepers.objects.patch(path_of(sleepers.by_hand, "damaged"), garbage)
    pause = ("pause", f"{sleepers.by_hand}/held-back", "--for", "8h", "--timeout", "1s")
    assert "is recorded" in sleepers.service.run(*pause, succeeds=False).stderr


def await_counts(sleepers: Sleepers, space: str, wanted: dict[str, int]) -> None:
    """Each has its count back, and no record of a sleep."""

    def found() -> dict[str, int]:
        return {
            name: sleepers.count(space, name)
            for name in wanted
            if "paused" not in annotations_of(sleepers.objects, space, name)
        }

    wait_for(lambda: found() == wanted, seconds=400, what=f"{wanted} in {space}")


def assert_nobody_protected_was_paused(sleepers: Sleepers, revisions: Revisions) -> None:
    """What is excluded, kept awake or contested, and what a person woke, is paused by nobody, whoever works."""
    where = {"excluded": sleepers.policed, "kept": sleepers.policed, "woken": sleepers.policed}
    pauses = {
        name: sum(before.replicas > 0 == after.replicas for before, after in pairwise(revisions.of(space, name)))
        for name, space in (where | {"contested": sleepers.by_hand}).items()
    }
    assert pauses == {"excluded": 0, "kept": 0, "woken": 1, "contested": 3}


def where_it_comes_from(service: Service, environment: dict[str, str]) -> str:
    """The file of the workflows that a process in this environment runs."""
    asked = [sys.executable, "-c", "import workflows.life.life; print(workflows.life.life.__file__)"]
    told = subprocess.run(asked, env=service.environment | environment, capture_output=True, text=True, check=True)
    return told.stdout
