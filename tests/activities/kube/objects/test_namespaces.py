from collections.abc import Callable
from functools import partial
from threading import Event, Semaphore

import pytest

from activities.errors import Call, Unreachable
from activities.kube.objects.namespaces import (
    LOOK_SECONDS,
    NamespaceMarks,
    NamespaceReader,
    read_namespace,
    read_namespaces,
)
from activities.kube.transport import KubeTransport
from localcluster import LocalCluster

pytestmark = pytest.mark.cluster


def no_marks(_namespace: str) -> NamespaceReader:
    return NamespaceReader()


def test_a_namespace_that_stays_is_not_among_those_being_deleted(transport: KubeTransport, namespace: str) -> None:
    assert namespace not in read_namespaces(transport).ending


def test_without_the_right_to_list_them_none_is_known(as_service_account: Callable[..., KubeTransport]) -> None:
    assert read_namespaces(as_service_account()) == NamespaceReader()
    assert read_namespace(as_service_account(), "default") == NamespaceReader()


def test_one_that_is_gone_says_nothing(transport: KubeTransport) -> None:
    assert read_namespace(transport, "no-such-namespace") == NamespaceReader()


def test_only_annotations_of_ours_are_kept(cluster: LocalCluster, transport: KubeTransport, namespace: str) -> None:
    annotations = {"finops.io/exclude": "true", "example.com/owner": "shop"}
    cluster.objects.patch(f"/api/v1/namespaces/{namespace}", {"metadata": {"annotations": annotations}})
    for told in (read_namespaces(transport), read_namespace(transport, namespace)):
        assert told.marks[namespace] == {"finops.io/exclude": "true"}


def test_what_they_said_stands_where_nobody_can_be_asked() -> None:
    said = [NamespaceReader(marks={"dev": {"finops.io/exclude": "true"}})]

    def read() -> NamespaceReader:
        if said:
            return said.pop()
        raise Unreachable(Call("list", "namespaces"), "no route to host")

    marks = NamespaceMarks(read, no_marks)
    marks.refresh()
    marks.refresh()
    assert marks.of("dev") == {"finops.io/exclude": "true"}
    assert marks.of("test") == {}


def test_an_answer_never_waits_and_is_asked_anew_after_a_minute() -> None:
    now, asked = [0.0], Semaphore(0)

    def read() -> NamespaceReader:
        asked.release()
        return NamespaceReader()

    marks = NamespaceMarks(read, no_marks, lambda: now[0])
    marks.refresh()
    assert asked.acquire(timeout=10)
    now[0] = 59.0
    marks.of("dev")
    assert not asked.acquire(blocking=False)
    now[0] = 61.0
    marks.of("dev")
    assert asked.acquire(timeout=10)


def test_right_after_a_start_the_one_namespace_is_asked_while_the_listing_hangs(
    cluster: LocalCluster, transport: KubeTransport, namespace: str
) -> None:
    cluster.objects.patch(
        f"/api/v1/namespaces/{namespace}", {"metadata": {"annotations": {"finops.io/exclude": "true"}}}
    )
    over = Event()

    def hang() -> NamespaceReader:
        over.wait()
        return NamespaceReader()

    marks = NamespaceMarks(hang, partial(read_namespace, transport, seconds=LOOK_SECONDS))
    assert marks.of(namespace) == {"finops.io/exclude": "true"}
    assert marks.of("there-is-none") == {}
    over.set()


def test_where_the_one_namespace_cannot_be_asked_either_nothing_is_known(
    as_service_account: Callable[..., KubeTransport], namespace: str
) -> None:
    marks = NamespaceMarks(NamespaceReader, partial(read_namespace, as_service_account()))
    assert marks.of(namespace) == {}
