import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from deployments import annotations_of, deployment, replicas_of
from policytexts import read_policy_text

from localcluster import LocalCluster
from policies.annotations import ASLEEP_KEYS, EXCLUDE, ORIGINAL_REPLICAS
from policies.policy.document import Mode
from worker.processes import find_program

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
SCREENS = 90
"""Lines, with pictures and tables as text."""
GARBAGE = "three\ndefault other 7"


def block(name: str) -> str:
    """The code between `<!-- name -->` and `<!-- /name -->`."""
    found = re.search(rf"<!-- {name} -->\n```\w*\n(.*?)```\n<!-- /{name} -->", README, re.DOTALL)
    assert found is not None
    return found[1]


def asleep(name: str, original: str) -> dict[str, object]:
    record = dict.fromkeys(ASLEEP_KEYS, "x") | {ORIGINAL_REPLICAS: original, "example.com/kept": "yes"}
    return deployment("default", name, replicas=0, annotations=record)


@pytest.fixture(scope="module")
def woken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    """A cluster of its own, because the commands wake everything: after both lines."""
    kubectl = find_program("kubectl")
    assert kubectl is not None, "there is no kubectl: it comes with the extra `dev`"
    with LocalCluster.start(controllers=False) as cluster:
        cluster.objects.create_all(
            [
                asleep("three", "3"),
                asleep("seven", "7"),
                asleep("garbage", GARBAGE),
                deployment("default", "running", replicas=2, annotations={EXCLUDE: "true"}),
                deployment("default", "stale", replicas=2, annotations={ORIGINAL_REPLICAS: "5"}),
                deployment("default", "other", replicas=0),
            ]
        )
        home = str(tmp_path_factory.mktemp("home"))
        path = os.pathsep.join([str(kubectl.parent), os.environ["PATH"]])
        environment = {"PATH": path, "HOME": home, "KUBECONFIG": str(cluster.kubeconfig)}
        for line in block("wake-by-hand").splitlines():
            subprocess.run(["sh", "-c", line], env=environment, check=False, capture_output=True)
        yield cluster


def test_the_first_policy_is_a_calendar_in_dry_run() -> None:
    read = read_policy_text(block("policy").encode(), "README.md")
    assert read.problems == ()
    (policy,) = read.policies
    assert policy.spec.mode is Mode.DRY_RUN
    assert policy.spec.schedule is not None


def test_what_a_newcomer_has_to_know_fits_on_a_screen_or_two() -> None:
    door = README.partition("\n## More\n")[0]
    assert len([line for line in door.splitlines() if line and not line.startswith("<!--")]) <= SCREENS


def test_the_two_commands_stand_out() -> None:
    door, _, _ = README.partition("\n## How it works\n")
    assert "```sh\nmake demo\n```" in door
    assert re.search(r"```sh\nmake demo .*\nmake test .*\n```", door)


def test_waking_by_hand_is_two_lines_that_name_every_annotation_of_a_sleep() -> None:
    (_, second) = block("wake-by-hand").splitlines()
    assert set(re.findall(r"(finops\.io/[a-z-]+)- ", second)) == set(ASLEEP_KEYS)


@pytest.mark.cluster
@pytest.mark.parametrize(("name", "count"), [("three", 3), ("seven", 7)])
def test_every_sleeper_gets_its_count_back_and_loses_its_record(woken: LocalCluster, name: str, count: int) -> None:
    assert replicas_of(woken.objects, "default", name) == count
    found = woken.objects.get(f"/apis/apps/v1/namespaces/default/deployments/{name}")
    assert found["metadata"]["annotations"] == {"example.com/kept": "yes"}


@pytest.mark.cluster
def test_a_count_that_is_none_is_left_for_a_person(woken: LocalCluster) -> None:
    assert replicas_of(woken.objects, "default", "garbage") == 0
    assert annotations_of(woken.objects, "default", "garbage")["original-replicas"] == GARBAGE


@pytest.mark.cluster
def test_a_zero_that_is_not_ours_is_left_alone(woken: LocalCluster) -> None:
    assert replicas_of(woken.objects, "default", "other") == 0


@pytest.mark.cluster
def test_what_runs_keeps_its_count_and_loses_only_a_stale_record(woken: LocalCluster) -> None:
    assert {name: replicas_of(woken.objects, "default", name) for name in ("running", "stale")} == {
        "running": 2,
        "stale": 2,
    }
    assert annotations_of(woken.objects, "default", "running") == {"exclude": "true"}
    assert annotations_of(woken.objects, "default", "stale") == {}
