"""What one cannot see is said: every optional right x the five places where decisions are shown.

A worker with nothing but the rights that are needed, and with a use for every other one.
"""

from collections.abc import Iterator

import pytest
from accounts import enroll, grant
from deployments import create_ready, deployment, wait_for
from services import Service, enforcing

from localcluster import LocalCluster
from policies.rights.blindness import Blindness, Use
from policies.rights.rights import RIGHTS, Need

pytestmark = [pytest.mark.cluster, pytest.mark.temporal]

BLINDNESS = tuple(dict.fromkeys(each.without for each in RIGHTS if each.without is not None))
PLACES = ("plan", "explain", "doctor", "status", "the worker's start")
NEEDED = [
    {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get", "list", "patch"]},
    {"apiGroups": ["apps"], "resources": ["deployments/scale"], "verbs": ["patch"]},
]
PRICES = """currency: USD
rates: {cpuCore: 0.03, memoryGib: 0.004, gpu: 0.95}
nodes:
  - {labels: {example.com/pool: spot}, factor: 0.3}
"""


@pytest.fixture(scope="module")
def said(cluster: LocalCluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """What each place says, by its name."""
    folder = tmp_path_factory.mktemp("blind")
    (folder / "prices.yaml").write_text(PRICES)
    (folder / "policy.yaml").write_text(enforcing("blind", "nowhere"))
    create_ready(cluster.objects, deployment("default", "seen-by-the-blind"))
    account = enroll(cluster, "blind")
    grant(cluster, "blind", NEEDED)
    service = Service(
        account,
        folder,
        cluster="blind",
        FINOPS_POLICY_SOURCE="cluster",
        FINOPS_EVENTS="true",
        FINOPS_PRICES=str(folder / "prices.yaml"),
        FINOPS_PROMETHEUS_URL="http://127.0.0.1:9",
    ).start()
    try:
        wait_for(lambda: "not known here" in service.log.read_text(), what="the worker's line")
        wait_for(lambda: "not known to the worker" in service.run("status").stdout, what="a reconciliation")
        policy = str(folder / "policy.yaml")
        yield {
            "plan": joined(service.run("plan", policy).stdout),
            "explain": joined(service.run("explain", "default/seen-by-the-blind", "--policy", policy).stdout),
            "doctor": joined(service.run("doctor", succeeds=False).stdout),
            "status": joined(service.run("status").stdout),
            "the worker's start": service.log.read_text(),
        }
    finally:
        service.stop()
        cluster.objects.delete("/apis/apps/v1/namespaces/default/deployments/seen-by-the-blind")


def joined(shown: str) -> str:
    """Without the ends of lines that a narrow terminal makes."""
    return " ".join(shown.split())


@pytest.mark.parametrize(
    ("blindness", "place"),
    [
        pytest.param(each, place, id=f"{each.what}: {place}")
        for each in BLINDNESS
        for place in (["plan"] if each.use is Use.PLANNING else PLACES)
    ],
)
def test_what_cannot_be_seen_and_what_that_means_is_said(
    said: dict[str, str], blindness: Blindness, place: str
) -> None:
    assert str(blindness) in said[place]


def test_the_worker_says_it_in_one_line(said: dict[str, str]) -> None:
    assert said["the worker's start"].count("not known here") == 1


def test_every_optional_right_has_its_words() -> None:
    assert all((each.without is not None) is (each.kind is Need.OPTIONAL) for each in RIGHTS)


def test_what_guards_is_in_the_default_role() -> None:
    assert all(each.by_default for each in BLINDNESS if each.guards)
