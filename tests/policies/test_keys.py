import pytest

from policies.keys import WorkloadKey, parse_key


@pytest.mark.parametrize(
    ("key", "text"),
    [
        (WorkloadKey("shop", "web"), "shop/web"),
        (WorkloadKey("shop", "web", "deployment"), "shop/web"),
        (WorkloadKey("shop", "web", "statefulset"), "shop/statefulset/web"),
    ],
    ids=["by default", "a Deployment", "another kind"],
)
def test_people_read_a_kind_where_it_is_no_deployment(key: WorkloadKey, text: str) -> None:
    assert str(key) == text


@pytest.mark.parametrize(
    ("key", "path"),
    [
        (WorkloadKey("shop", "web"), "shop/deployment/web"),
        (WorkloadKey("shop", "queue.v1", "statefulset"), "shop/statefulset/queue.v1"),
    ],
)
def test_an_id_always_holds_the_kind(key: WorkloadKey, path: str) -> None:
    assert key.path == path


def test_one_name_in_two_kinds_is_two_workloads() -> None:
    assert len({WorkloadKey("shop", "db"), WorkloadKey("shop", "db", "statefulset")}) == 2


def test_keys_are_in_the_order_of_namespace_and_name() -> None:
    keys = [WorkloadKey("shop", "a"), WorkloadKey("dev", "z"), WorkloadKey("dev", "b", "statefulset")]
    assert [key.name for key in sorted(keys)] == ["b", "z", "a"]


LONGEST = ".".join(["a" * 63, "b" * 63, "c" * 63, "d" * 61])
"""253 characters."""


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("shop/web", WorkloadKey("shop", "web")),
        ("shop/queue.v1", WorkloadKey("shop", "queue.v1")),
        ("0/1", WorkloadKey("0", "1")),
        (f"shop/{LONGEST}", WorkloadKey("shop", LONGEST)),
    ],
    ids=["a label", "with a dot", "digits", "as long as can be"],
)
def test_namespace_and_name_are_a_key(text: str, key: WorkloadKey) -> None:
    assert parse_key(text) == key


@pytest.mark.parametrize(
    "text",
    [
        "",
        "web",
        "/",
        "shop/",
        "/web",
        "Shop/web",
        "shop/Web",
        "shop/-web",
        "shop/web-",
        "shop/queue..v1",
        "shop/.web",
        "a.b/web",
        "shop/deployment/web",
        "shop/web ",
        "shop/web\n",
        "shop/*",
        f"{'a' * 64}/web",
        f"shop/{'a' * 64}",
        f"shop/{LONGEST}d",
    ],
)
def test_any_other_text_is_none(text: str) -> None:
    assert parse_key(text) is None


def test_the_kind_is_told_beside_the_text() -> None:
    assert parse_key("shop/db", "statefulset") == WorkloadKey("shop", "db", "statefulset")


@pytest.mark.parametrize("key", [WorkloadKey("shop", "web"), WorkloadKey("0", "queue.v1")], ids=str)
def test_what_people_read_of_a_deployment_reads_back_the_same(key: WorkloadKey) -> None:
    assert parse_key(str(key)) == key
