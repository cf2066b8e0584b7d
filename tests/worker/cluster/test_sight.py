"""A worker's own rights, which come and go while it runs."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from accounts import enroll, grant, worker_rules
from deployments import wait_for

from activities.alerts import raised as alerts
from activities.kube.rights import review_rights
from activities.kube.transport import KubeTransport
from localcluster import LocalCluster
from policies.rights.blindness import Use
from policies.rights.rights import RIGHTS
from worker.cluster.sight import RightsWatch

pytestmark = pytest.mark.cluster

NEEDED = {"apiGroups": ["apps"], "resources": ["deployments", "deployments/scale"], "verbs": ["get", "list", "patch"]}


@pytest.fixture
def account(cluster: LocalCluster, namespace: str) -> Path:
    return enroll(cluster, namespace)


@pytest.fixture
def raised() -> Iterator[list[tuple[str, str]]]:
    """Alerts, by kind and sentence."""
    heard: list[tuple[str, str]] = []

    def hear(kind: str, sentence: str, data: dict[str, str]) -> None:
        heard.append((kind, sentence))

    alerts.listen(hear)
    yield heard
    alerts.stop_listening(hear)


def watch(kubeconfig: Path, *uses: Use, tell: Callable[[str], None] = lambda _: None) -> RightsWatch:
    return RightsWatch(KubeTransport.connect(kubeconfig, environment={}), frozenset({Use.PAUSING, *uses}), "me", tell)


def test_with_the_role_of_the_manifests_nothing_is_unseen(cluster: LocalCluster, account: Path, namespace: str) -> None:
    grant(cluster, namespace, worker_rules())
    watched = watch(account, Use.IDLENESS, Use.POLICIES)
    wait_for(lambda: watched.look() == (), what="the rights")
    assert watched.unseen() == ()


def test_what_is_unseen_is_one_line_until_it_changes(
    cluster: LocalCluster, account: Path, namespace: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    watched = watch(account)
    watched.look()
    watched.look()
    (line,) = (record.message for record in caplog.records if record.message.startswith("not known here"))
    assert "what Namespaces say: finops.io/exclude" in line
    assert "read what Namespaces say" in watched.unseen()
    grant(cluster, namespace, worker_rules())
    wait_for(lambda: watched.look() == (), what="the rights")
    assert caplog.records[-1].message == "not known here: nothing, all optional rights that are in use are there"


def test_a_right_that_is_lost_is_an_alert_once_and_a_problem_until_it_is_back(
    cluster: LocalCluster, account: Path, namespace: str, raised: list[tuple[str, str]]
) -> None:
    told: list[str] = []
    watched = watch(account, tell=told.append)
    binding = grant(cluster, namespace, [NEEDED])
    transport = KubeTransport.connect(account, environment={})
    wait_for(lambda: all(each.allowed for each in review_rights(transport, RIGHTS[:4])), what="the rights")
    watched.look()
    assert told == [""]
    cluster.objects.delete(binding)
    wait_for(lambda: not any(each.allowed for each in review_rights(transport, RIGHTS[:4])), what="the loss")
    watched.look()
    watched.look()
    assert [kind for kind, _ in raised] == ["rights"]
    assert "patch deployments/scale.apps is gone" in told[-1]
    assert "finops resume --all --direct --instance me" in told[-1]


def test_a_right_that_was_never_there_is_nobodys_loss(
    cluster: LocalCluster, account: Path, namespace: str, raised: list[tuple[str, str]]
) -> None:
    grant(cluster, namespace, [{**NEEDED, "verbs": ["get", "list"]}])
    watched = watch(account)
    watched.look()
    watched.look()
    assert raised == []
