import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from httpanswers import Answer, AnsweringServer
from ids import key_of

from activities.errors import Denied
from activities.kube.objects.autoscalers import read_autoscalers, read_bounds
from activities.kube.transport import KubeTransport
from localcluster import LocalCluster
from policies.checks import Autoscalers
from policies.keys import WorkloadKey
from policies.sleep.raised_count import Bounds
from policies.workload import WorkloadRef

Connect = Callable[..., KubeTransport]


def scaler(name: str, target: dict[str, str], **metadata: Any) -> dict[str, Any]:
    return {"metadata": {"namespace": "shop", "name": name, **metadata}, "spec": {"scaleTargetRef": target}}


def found_by(connect: Connect, hpas: Answer, scaled_objects: Answer) -> Autoscalers | None:
    with AnsweringServer(hpas, scaled_objects) as server:
        transport = connect(server.url)
        try:
            return read_autoscalers(transport)
        finally:
            transport.close()


def listing(*items: dict[str, Any]) -> Answer:
    return Answer(200, json.dumps({"items": list(items) or None}).encode())


def from_zero(hpa: dict[str, Any], *, scaled_at: str) -> dict[str, Any]:
    return {**hpa, "spec": {**hpa["spec"], "minReplicas": 0}, "status": {"lastScaleTime": scaled_at}}


SEVEN = datetime(2026, 11, 23, 19, tzinfo=UTC)
NO_KEDA = Answer(404, b"404 page not found")
WEB = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
KEY = key_of("shop/web")
ITSELF = frozenset({KEY})


@pytest.mark.parametrize(
    ("hpas", "scaled_objects", "expected"),
    [
        pytest.param(listing(), NO_KEDA, Autoscalers(), id="none"),
        pytest.param(listing(scaler("a", WEB)), NO_KEDA, Autoscalers(horizontal=ITSELF), id="an HPA"),
        pytest.param(
            listing(from_zero(scaler("a", WEB), scaled_at="2026-11-23T19:00:00Z")),
            NO_KEDA,
            Autoscalers(horizontal=ITSELF, from_zero=ITSELF, scaled_at={KEY: SEVEN}),
            id="an HPA from zero",
        ),
        pytest.param(
            listing(
                from_zero(scaler("a", WEB), scaled_at="2026-11-23T19:00:00Z"),
                from_zero(scaler("b", WEB), scaled_at="2026-11-23T18:00:00Z"),
            ),
            NO_KEDA,
            Autoscalers(horizontal=ITSELF, from_zero=ITSELF, scaled_at={KEY: SEVEN}),
            id="two HPAs",
        ),
        pytest.param(
            listing(),
            listing(scaler("a", {"kind": "", "name": "web"})),
            Autoscalers(keda=ITSELF),
            id="of no kind: KEDA's default",
        ),
        pytest.param(
            listing(scaler("keda-hpa-web", WEB)),
            listing(),
            Autoscalers(keda=ITSELF),
            id="KEDA's by name",
        ),
        pytest.param(
            listing(scaler("x", WEB, ownerReferences=[{"kind": "ScaledObject", "name": "s"}])),
            listing(),
            Autoscalers(keda=ITSELF),
            id="KEDA's by owner",
        ),
        pytest.param(
            listing(),
            listing(scaler("s", {"name": "web"})),
            Autoscalers(keda=ITSELF),
            id="a ScaledObject without kind",
        ),
        pytest.param(
            listing(scaler("a", {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "db"})),
            NO_KEDA,
            Autoscalers(),
            id="another kind",
        ),
        pytest.param(
            listing(scaler("a", {"apiVersion": "example.com/v1", "kind": "Deployment", "name": "x"})),
            NO_KEDA,
            Autoscalers(),
            id="another group",
        ),
        pytest.param(Answer(403), NO_KEDA, None, id="HPAs are forbidden"),
        pytest.param(listing(), Answer(403), None, id="ScaledObjects are forbidden"),
    ],
)
def test_targets_of_autoscalers(
    connect: Connect, hpas: Answer, scaled_objects: Answer, expected: Autoscalers | None
) -> None:
    assert found_by(connect, hpas, scaled_objects) == expected


def test_wrong_credentials_are_no_missing_right(connect: Connect) -> None:
    with pytest.raises(Denied):
        found_by(connect, Answer(401), NO_KEDA)


def bounded(name: str, target: dict[str, str] = WEB, **spec: int) -> dict[str, Any]:
    item = scaler(name, target)
    return {**item, "spec": {**item["spec"], **spec}}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        pytest.param(listing(bounded("a", minReplicas=2, maxReplicas=6)), Bounds(low=2, high=6), id="both bounds"),
        pytest.param(listing(bounded("a", maxReplicas=6)), Bounds(low=1, high=6), id="the default of Kubernetes"),
        pytest.param(listing(bounded("a", minReplicas=0, maxReplicas=6)), Bounds(low=0, high=6), id="down to zero"),
        pytest.param(listing(), None, id="no HPA"),
        pytest.param(listing(bounded("a", {**WEB, "name": "api"}, maxReplicas=6)), None, id="another's HPA"),
        pytest.param(listing(bounded("a", maxReplicas=6), bounded("b", maxReplicas=9)), None, id="two HPAs"),
        pytest.param(listing(bounded("keda-hpa-web", maxReplicas=6)), None, id="KEDA's"),
        pytest.param(Answer(403), None, id="forbidden"),
        pytest.param(Answer(401), None, id="wrong credentials"),
        pytest.param(Answer(503), None, id="no answer"),
        pytest.param(Answer(200, b"[]"), None, id="nonsense"),
    ],
)
def test_bounds_of_the_one_autoscaler_of_a_deployment(
    connect: Connect, answer: Answer, expected: Bounds | None
) -> None:
    with AnsweringServer(answer) as server:
        transport = connect(server.url)
        assert read_bounds(transport, WorkloadRef(namespace="shop", name="web")) == expected


@pytest.mark.cluster
def test_a_real_autoscaler_is_found(cluster: LocalCluster, transport: KubeTransport, namespace: str) -> None:
    cluster.objects.create(
        {
            "apiVersion": "autoscaling/v2",
            "kind": "HorizontalPodAutoscaler",
            "metadata": {"namespace": namespace, "name": "a"},
            "spec": {"scaleTargetRef": WEB, "maxReplicas": 3},
        }
    )
    found = read_autoscalers(transport)
    assert found is not None
    assert WorkloadKey(namespace, "web") in found.horizontal
    assert read_bounds(transport, WorkloadRef(namespace=namespace, name="web")) == Bounds(low=1, high=3)


@pytest.mark.cluster
def test_without_the_right_it_is_unknown(as_service_account: Callable[..., KubeTransport]) -> None:
    transport = as_service_account()
    assert read_autoscalers(transport) is None
    assert read_bounds(transport, WorkloadRef(namespace="shop", name="web")) is None
