from urllib.parse import parse_qs, urlsplit

import pytest
from allocations import question

from activities.costs.wording import write_filter, write_target


@pytest.mark.parametrize(
    ("namespaces", "written"),
    [
        (("staging",), 'namespace:"staging"'),
        (("dev-*",), 'namespace<~:"dev-"'),
        (("dev-*", "staging", "preview-*"), 'namespace:"staging"|namespace<~:"dev-","preview-"'),
    ],
)
def test_names_and_beginnings_of_names_are_asked_for(namespaces: tuple[str, ...], written: str) -> None:
    assert write_filter(namespaces) == written


def test_everything_is_encoded() -> None:
    target = write_target(question(namespaces=("dev-*", "x")))
    assert target.endswith("&filter=namespace%3A%22x%22%7Cnamespace%3C~%3A%22dev-%22")
    assert set(urlsplit(target).query) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789=&%-~_.")
    assert parse_qs(urlsplit(target).query)["window"] == ["2026-11-21T20:00:00Z,2026-11-23T20:00:00Z"]


def test_the_cluster_is_asked_for_where_there_are_several() -> None:
    (aggregate,) = parse_qs(urlsplit(write_target(question(cluster="one"))).query)["aggregate"]
    assert aggregate == "cluster,namespace,controllerKind,controller"


def test_without_namespaces_there_is_no_filter() -> None:
    assert "filter" not in write_target(question())
