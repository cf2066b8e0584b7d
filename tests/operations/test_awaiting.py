from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
from cases import workload
from listeners import Notebook

from activities.kube.workloads.pages import Page, Unreadable
from operations.awaiting import wait_until_back
from operations.installation import Installation
from policies.keys import WorkloadKey
from policies.workload import Workload

WEB, GONE = WorkloadKey("dev", "web"), WorkloadKey("dev", "gone")
OF_TOMORROW = WorkloadKey("dev", "db", "a-later-kind")


class Shelf:
    """What a cluster has; it counts the looks at it."""

    def __init__(self, *there: Workload, unreadable: tuple[Unreadable, ...] = ()) -> None:
        self.looks = 0
        self._there = there
        self._unreadable = unreadable

    def read(self, key: WorkloadKey) -> Workload | None:
        self.looks += 1
        return next((each for each in self._there if each.ref.key == key), None)

    def list_all(self) -> Iterator[Page]:
        self.looks += 1
        yield Page(self._there, self._unreadable)


async def missing(shelf: Shelf, *keys: WorkloadKey, seconds: float = 0) -> frozenset[WorkloadKey]:
    installation = SimpleNamespace(listener=Notebook(), cluster=SimpleNamespace(workloads=shelf))
    installation.within = lambda _namespace: installation
    return await wait_until_back(cast("Installation", installation), keys, seconds, available=False)


def named(name: str, **how: Any) -> Workload:
    return workload(namespace="dev", name=name, **how)


@pytest.mark.parametrize(
    ("there", "asked", "left"),
    [
        pytest.param(named("web"), WEB, frozenset(), id="awake"),
        pytest.param(named("web", replicas=0), WEB, {WEB}, id="asleep"),
        pytest.param(named("web"), GONE, {GONE}, id="gone: nobody saw it awake"),
        pytest.param(named("web"), OF_TOMORROW, {OF_TOMORROW}, id="of a kind that this version cannot ask for"),
    ],
)
async def test_what_was_not_seen_awake_is_missing(there: Workload, asked: WorkloadKey, left: set[WorkloadKey]) -> None:
    assert await missing(Shelf(there), asked) == left


async def test_what_is_gone_or_cannot_be_asked_for_is_not_waited_for() -> None:
    shelf = Shelf(named("web"))
    assert await missing(shelf, WEB, GONE, OF_TOMORROW, seconds=60) == {GONE, OF_TOMORROW}
    assert shelf.looks == 2


async def test_of_many_one_that_cannot_be_read_is_missing_and_one_with_odd_requests_is_not() -> None:
    many = [named(f"app-{number}") for number in range(11)]
    odd, strange = named("odd"), WorkloadKey("dev", "strange")
    without = Unreadable(odd.ref.key, "a request is odd", but_requests=odd)
    unreadable = (without, Unreadable(strange, "its shape is odd"))
    keys = [each.ref.key for each in (*many, odd)]
    assert await missing(Shelf(*many, unreadable=unreadable), *keys, strange) == {strange}
