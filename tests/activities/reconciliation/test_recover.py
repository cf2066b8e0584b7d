"""Recovering damaged records, whatever becomes of the listing."""

from collections import Counter
from collections.abc import Mapping
from typing import cast

import pytest
from sleepers import copy_of, sleeper

from activities.errors import Call, Denied
from activities.kube.objects.replica_sets import ReplicaSets
from activities.reconciliation.recover import recover_records
from policies.sleep.record_copies import RecordCopy


class Shelf:
    """The ReplicaSets of some namespaces; to list another is forbidden."""

    def __init__(self, **copies: RecordCopy) -> None:
        self.listed: Counter[str] = Counter()
        self._copies = copies

    def list_copies(self, namespace: str) -> Mapping[str, tuple[RecordCopy, ...]]:
        self.listed[namespace] += 1
        if namespace not in self._copies:
            raise Denied(Call(verb="list", resource="replicasets", group="apps", namespace=namespace), status=403)
        return {"u1": (self._copies[namespace],)}

    def as_replica_sets(self) -> ReplicaSets:
        return cast("ReplicaSets", self)


def test_a_namespace_is_listed_once_and_each_damaged_sleeper_gets_its_own_record() -> None:
    shelf = Shelf(dev=copy_of("a", original="4"))
    damaged = {name: sleeper(name, original="many", namespace="dev") for name in ("one", "two")}
    stranger = sleeper("three", original="many", namespace="dev", instance="them")
    records = recover_records(shelf.as_replica_sets(), {**damaged, "three": stranger})
    assert {name: record.original_replicas for name, record in records.items()} == {"one": 4, "two": 4}
    assert shelf.listed == {"dev": 1}


def test_a_namespace_that_cannot_be_listed_is_told_and_holds_back_no_other(caplog: pytest.LogCaptureFixture) -> None:
    shelf = Shelf(dev=copy_of("a"))
    damaged = {name: sleeper("a", original="many", namespace=name) for name in ("closed", "dev")}
    assert set(recover_records(shelf.as_replica_sets(), damaged)) == {"dev"}
    assert "the right to list replicasets.apps in namespace closed is missing" in caplog.text


def test_where_nothing_is_damaged_nothing_is_listed() -> None:
    shelf = Shelf()
    assert recover_records(shelf.as_replica_sets(), {}) == {}
    assert not shelf.listed
