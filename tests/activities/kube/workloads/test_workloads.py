import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from deployments import deployment, path_of, replicas_of
from httpanswers import Answer, AnsweringServer

from activities.errors import Conflict, ListExpired, NotFound, UnconditionalWrite, UnexpectedAnswer
from activities.kube.transport import KubeTransport
from activities.kube.workloads.pages import Page
from activities.kube.workloads.workloads import Workloads
from localcluster import LocalCluster
from policies.annotations import AnnotationPatch
from policies.errors import UnknownKind
from policies.keys import WorkloadKey
from policies.workload import Workload, WorkloadRef

Connect = Callable[..., KubeTransport]
Change = Callable[[Workloads, WorkloadRef, str], str]
REF = WorkloadRef(namespace="shop", name="web", uid="u-1")


@pytest.fixture
def web(cluster: LocalCluster, workloads: Workloads, namespace: str) -> Workload:
    """A Deployment whose scale nobody else touches: it is created at its count and never rolled out again."""
    cluster.objects.create(deployment(namespace, "web"))
    return read(workloads, namespace)


def read(workloads: Workloads, namespace: str) -> Workload:
    found = workloads.read(WorkloadKey(namespace, "web"))
    assert found is not None
    return found


def pages_of(workloads: Workloads, namespace: str, *, limit: int) -> list[list[str]]:
    pages: list[Page] = [workloads.list_page(limit=limit)]
    while pages[-1].next_token:
        pages.append(workloads.list_page(pages[-1].next_token, limit=limit))
    return [[item.ref.name for item in page.workloads if item.ref.namespace == namespace] for page in pages]


@pytest.mark.cluster
def test_a_listing_comes_in_pages(cluster: LocalCluster, workloads: Workloads, namespace: str) -> None:
    names = [f"d{number}" for number in range(5)]
    cluster.objects.create_all(deployment(namespace, name, replicas=0) for name in names)
    pages = pages_of(workloads, namespace, limit=2)
    assert sorted(name for page in pages for name in page) == names
    assert max(len(page) for page in pages) <= 2


@pytest.mark.cluster
def test_all_of_them_are_given_once(cluster: LocalCluster, workloads: Workloads, namespace: str) -> None:
    cluster.objects.create(deployment(namespace, "one", replicas=0))
    found = [item.ref for page in workloads.list_all() for item in page.workloads if item.ref.namespace == namespace]
    assert [ref.name for ref in found] == ["one"]


@pytest.mark.cluster
def test_a_missing_one_is_none(workloads: Workloads, namespace: str) -> None:
    assert workloads.read(WorkloadKey(namespace, "nope")) is None


@pytest.mark.parametrize("body", [b"", b"404 page not found", b'{"kind":"Status","reason":"Gone"}'])
def test_a_404_that_is_no_word_on_this_object_does_not_say_that_it_is_gone(connect: Connect, body: bytes) -> None:
    with AnsweringServer(Answer(404, body)) as server:
        transport = connect(server.url)
        with pytest.raises(NotFound):
            Workloads(transport).read(REF.key)
        transport.close()


def test_a_kind_of_a_later_version_is_not_asked_for(connect: Connect) -> None:
    with AnsweringServer() as server:
        workloads = Workloads(connect(server.url))
        with pytest.raises(UnknownKind):
            workloads.read(WorkloadKey("shop", "db", "a-later-kind"))
        with pytest.raises(UnknownKind):
            workloads.put_to_sleep(REF.model_copy(update={"kind": "a-later-kind"}), "7")
        with pytest.raises(ListExpired):  # so that the listing begins again, with what this version knows
            workloads.list_page("a-later-kind t2")
    assert server.asked == []


def retrying(workloads: Workloads, namespace: str, write: Callable[[Workload], Any]) -> Any:
    """The real controllers write status meanwhile, so that a conflict is ordinary."""
    for _ in range(20):
        try:
            return write(read(workloads, namespace))
        except Conflict:
            continue
    raise AssertionError("twenty conflicts in a row")


@pytest.mark.cluster
def test_annotations_are_written_and_removed(workloads: Workloads, web: Workload) -> None:
    namespace = web.ref.namespace
    patch: AnnotationPatch = {"finops.io/paused": "true", "finops.io/gone": None}
    written = retrying(workloads, namespace, lambda seen: workloads.annotate(seen.ref, seen.resource_version, patch))
    assert written.annotations["finops.io/paused"] == "true"
    retrying(
        workloads,
        namespace,
        lambda seen: workloads.annotate(seen.ref, seen.resource_version, {"finops.io/paused": None}),
    )
    assert "finops.io/paused" not in read(workloads, namespace).annotations


@pytest.mark.cluster
@pytest.mark.parametrize(
    ("change", "replicas"),
    [
        pytest.param(Workloads.put_to_sleep, 0, id="put to sleep"),
        pytest.param(partial(Workloads.give_back, replicas=5), 5, id="given back"),
    ],
)
def test_a_count_is_written(
    cluster: LocalCluster, workloads: Workloads, web: Workload, change: Change, replicas: int
) -> None:
    namespace = web.ref.namespace
    retrying(workloads, namespace, lambda seen: change(workloads, seen.ref, seen.resource_version))
    assert replicas_of(cluster.objects, namespace, "web") == replicas


@pytest.mark.cluster
def test_a_sleep_right_after_an_annotation_needs_no_read(workloads: Workloads, web: Workload) -> None:
    def pause(seen: Workload) -> str:
        written = workloads.annotate(seen.ref, seen.resource_version, {"finops.io/paused": "true"})
        return workloads.put_to_sleep(seen.ref, written.resource_version)

    retrying(workloads, web.ref.namespace, pause)
    assert read(workloads, web.ref.namespace).replicas == 0


@pytest.mark.cluster
def test_our_writes_carry_our_name(workloads: Workloads, web: Workload) -> None:
    namespace = web.ref.namespace
    retrying(
        workloads, namespace, lambda seen: workloads.annotate(seen.ref, seen.resource_version, {"finops.io/x": "y"})
    )
    ours = [writer for writer in read(workloads, namespace).writers if writer.manager == "finops-enforcer"]
    assert [(writer.operation, writer.writes_spec) for writer in ours] == [("Update", False)]


@pytest.mark.cluster
def test_an_old_version_is_a_conflict(workloads: Workloads, web: Workload) -> None:
    patch: AnnotationPatch = {"finops.io/x": "y"}
    retrying(workloads, web.ref.namespace, lambda seen: workloads.annotate(seen.ref, seen.resource_version, patch))
    with pytest.raises(Conflict):
        workloads.annotate(web.ref, web.resource_version, {"finops.io/x": "z"})
    with pytest.raises(Conflict):
        workloads.put_to_sleep(web.ref, web.resource_version)


@pytest.mark.cluster
def test_another_object_of_the_same_name_is_a_conflict(workloads: Workloads, web: Workload) -> None:
    earlier = web.ref.model_copy(update={"uid": "00000000-0000-0000-0000-000000000000"})
    version = read(workloads, web.ref.namespace).resource_version
    with pytest.raises(Conflict):
        workloads.annotate(earlier, version, {"finops.io/x": "y"})
    with pytest.raises(Conflict):
        workloads.put_to_sleep(earlier, version)


@pytest.mark.cluster
def test_a_write_to_what_is_gone_is_not_found(cluster: LocalCluster, workloads: Workloads, web: Workload) -> None:
    cluster.objects.delete(path_of(web.ref.namespace, "web"))
    with pytest.raises(NotFound):
        workloads.put_to_sleep(web.ref, web.resource_version)


@pytest.mark.parametrize("version", ["", "0", "007", "-1", "1.5", "abc", " 5", "1" * 30])
def test_a_write_without_a_version_is_never_sent(connect: Connect, version: str) -> None:
    with AnsweringServer() as server:
        workloads = Workloads(connect(server.url))
        with pytest.raises(UnconditionalWrite):
            workloads.put_to_sleep(REF, version)
        with pytest.raises(UnconditionalWrite):
            workloads.give_back(REF, version, 3)
        with pytest.raises(UnconditionalWrite):
            workloads.annotate(REF, version, {})
    assert server.asked == []


def answered(connect: Connect, document: Any, act: Callable[[Workloads], Any]) -> Any:
    with AnsweringServer(Answer(200, json.dumps(document).encode())) as server:
        transport = connect(server.url)
        try:
            return act(Workloads(transport))
        finally:
            transport.close()


META = {"namespace": "shop", "name": "web", "uid": "u-1", "resourceVersion": "8"}


def test_a_scale_without_a_count_is_zero(connect: Connect) -> None:
    assert answered(connect, {"metadata": META, "spec": {}}, lambda found: found.put_to_sleep(REF, "7")) == "8"


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        pytest.param({"metadata": META, "spec": {"replicas": 3}}, "a count of 3 and not the 0", id="another count"),
        pytest.param({"metadata": {**META, "uid": "u-2"}, "spec": {}}, "another object", id="another uid"),
        pytest.param({"metadata": {**META, "name": "x"}, "spec": {}}, "another object", id="another name"),
        pytest.param({"metadata": {**META, "resourceVersion": ""}, "spec": {}}, "no resourceVersion", id="no version"),
        pytest.param({"hello": "world"}, "metadata does not fit", id="something else"),
        pytest.param([], "the body does not fit", id="a list"),
    ],
)
def test_a_scale_is_believed_only_if_the_answer_shows_it(connect: Connect, document: Any, problem: str) -> None:
    with pytest.raises(UnexpectedAnswer, match=problem):
        answered(connect, document, lambda found: found.put_to_sleep(REF, "7"))


@pytest.mark.parametrize(
    ("annotations", "problem"),
    [
        pytest.param({"a": "1"}, None, id="as written"),
        pytest.param({"a": "2"}, "annotation a", id="another value"),
        pytest.param({}, "annotation a", id="not there"),
        pytest.param({"a": "1", "b": "2"}, "annotation b", id="not removed"),
    ],
)
def test_an_annotation_is_believed_only_if_the_answer_shows_it(
    connect: Connect, annotations: dict[str, str], problem: str | None
) -> None:
    document = {"metadata": {**META, "annotations": annotations}, "spec": {}}

    def annotate(found: Workloads) -> Workload:
        return found.annotate(REF, "7", {"a": "1", "b": None})

    if problem is None:
        assert answered(connect, document, annotate).resource_version == "8"
    else:
        with pytest.raises(UnexpectedAnswer, match=problem):
            answered(connect, document, annotate)


def test_a_strange_deployment_does_not_spoil_its_page(connect: Connect) -> None:
    sound = {"metadata": META, "spec": {}}
    strange_request = {
        "metadata": {**META, "name": "strange"},
        "spec": {"template": {"spec": {"containers": [{"resources": {"requests": {"cpu": "many"}}}]}}},
    }
    strange_shape = {"metadata": {**META, "name": "odd"}, "spec": {"replicas": "three"}}
    page = answered(connect, {"items": [sound, strange_request, strange_shape, 7]}, lambda found: found.list_page())
    assert [item.ref.name for item in page.workloads] == ["web"]
    assert sorted(map(str, page.unreadable)) == [
        "a Deployment: its shape cannot be read",
        "shop/odd: spec.replicas cannot be read",
        "shop/strange: a request is 'many' is not a quantity such as 250m or 1.5Gi",
    ]


def listed(name: str, token: str = "") -> Answer:
    item = {"metadata": {**META, "name": name}, "spec": {}}
    return Answer(200, json.dumps({"metadata": {"continue": token}, "items": [item]}).encode())


def test_the_token_of_a_page_also_says_which_kind_is_listed(connect: Connect) -> None:
    with AnsweringServer(listed("a", "t1"), listed("b")) as server:
        workloads = Workloads(connect(server.url))
        first = workloads.list_page()
        second = workloads.list_page(first.next_token)
    assert (first.next_token, second.next_token) == ("deployment t1", "")
    assert server.asked[1].target == "/apis/apps/v1/deployments?limit=500&continue=t1"


def test_an_expired_listing_begins_again_without_repeating_itself(connect: Connect) -> None:
    with AnsweringServer(listed("a", "t1"), Answer(410), listed("a", "t2"), listed("b")) as server:
        transport = connect(server.url)
        names = [item.ref.name for page in Workloads(transport).list_all() for item in page.workloads]
        transport.close()
    assert names == ["a", "b"]
    assert server.asked[2].target == "/apis/apps/v1/deployments?limit=500"


def test_a_listing_that_always_expires_is_given_up(connect: Connect) -> None:
    with AnsweringServer(Answer(410)) as server:
        transport = connect(server.url)
        with pytest.raises(ListExpired):
            list(Workloads(transport).list_all())
        transport.close()
    assert len(server.asked) == 3
