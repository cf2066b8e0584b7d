import pytest

from localcluster import LocalCluster
from localcluster.objects import Object, path_of


@pytest.mark.parametrize(
    ("item", "path"),
    [
        ({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}}, "/api/v1/namespaces/a"),
        (
            {"apiVersion": "v1", "kind": "Endpoints", "metadata": {"name": "e", "namespace": "n"}},
            "/api/v1/namespaces/n/endpoints/e",
        ),
        (
            {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d", "namespace": "n"}},
            "/apis/apps/v1/namespaces/n/deployments/d",
        ),
        (
            {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"namespace": "n"}},
            "/apis/networking.k8s.io/v1/namespaces/n/networkpolicies",
        ),
        (
            {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "i", "namespace": "n"}},
            "/apis/networking.k8s.io/v1/namespaces/n/ingresses/i",
        ),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else "",
)
def test_the_path_of_an_object_follows_from_its_kind(item: Object, path: str) -> None:
    assert path_of(item) == path


def test_the_path_of_a_kind_names_its_collection() -> None:
    assert path_of("apps/v1/Deployment") == "/apis/apps/v1/deployments"


@pytest.mark.cluster
def test_many_objects_are_made_in_parallel_and_listed_page_by_page(cluster: LocalCluster) -> None:
    items: list[Object] = [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": f"c-{number:02d}", "namespace": "default", "labels": {"batch": "many"}},
        }
        for number in range(25)
    ]
    made = cluster.objects.create_all(items)
    pages = cluster.objects.list("/api/v1/namespaces/default/configmaps", labelSelector="batch=many", limit=10)
    assert [item["metadata"]["name"] for item in made] == [item["metadata"]["name"] for item in items]
    assert sorted(item["metadata"]["name"] for item in pages) == [item["metadata"]["name"] for item in items]
