"""Whose zero it is, by what a Deployment itself tells."""

import json
from datetime import timedelta
from typing import Any

import pytest
from cases import NOW, workload

from policies.checks.ownership import LAST_APPLIED
from policies.sleep.zeros import who_chose_zero
from policies.workload import Workload, Writer

PAUSED = Writer(manager="finops-enforcer", operation="Update", time=NOW, writes_spec=False)
BEFORE, AFTER = NOW - timedelta(hours=8), NOW + timedelta(hours=8)


def at_zero(*writers: Writer, says: str | None = None, **changes: Any) -> Workload:
    """One that we put to sleep, with other writers beside us and the manifest that was applied last."""
    annotations = {} if says is None else {LAST_APPLIED: says}
    ordinary: dict[str, Any] = {"replicas": 0, "writers": (PAUSED, *writers), "annotations": annotations}
    return workload(**(ordinary | changes))


def owner(manager: str, time: object = AFTER) -> Writer:
    return Writer.model_validate({"manager": manager, "time": time, "writes_spec": True, "owns_replicas": True})


def applier(time: object) -> Writer:
    return Writer.model_validate({"manager": "kubectl-client-side-apply", "time": time, "owns_last_applied": True})


def manifest(**spec: object) -> str:
    return json.dumps({"kind": "Deployment", "spec": spec})


@pytest.mark.parametrize(
    ("by", "found"),
    [
        ("kubectl", at_zero(owner("kubectl"))),
        ("kubectl", at_zero(owner("kubectl", BEFORE))),
        ("", at_zero(owner("velero").model_copy(update={"owns_record": True}))),
        ("", at_zero(applier(AFTER).model_copy(update={"owns_record": True}), says=manifest(replicas=0))),
        ("kubectl", at_zero(owner("kubectl", None))),
        ("kubectl", at_zero(writers=(owner("kubectl"),))),
        ("kubectl-client-side-apply", at_zero(applier(AFTER), says=manifest(replicas=0))),
        ("", at_zero()),
        ("", at_zero(applier(BEFORE), says=manifest(replicas=0))),
        ("", at_zero(applier(None), says=manifest(replicas=0))),
        ("", at_zero(applier(AFTER), says=manifest(replicas=3))),
        ("", at_zero(applier(AFTER), says=manifest(template={}))),
        ("", at_zero(applier(AFTER), says="{")),
        ("", at_zero(applier(AFTER), says=manifest(replicas=0), writers=(applier(AFTER),))),
        ("", at_zero(owner("helm"), replicas=3)),
    ],
    ids=[
        "server-side apply",
        "an apply that changed nothing but the owner, which applied before",
        "a sleeper that was restored from a copy",
        "a sleeper whose copy was applied",
        "an apply that changed nothing but the owner",
        "with our record stripped",
        "client-side apply",
        "nobody but us",
        "a manifest that said zero before the sleep",
        "a manifest that said zero at a time nobody knows",
        "a manifest with the count, whatever came of it",
        "a manifest without a count",
        "a manifest nobody can read",
        "a manifest of which nobody knows whether it came after the sleep",
        "it runs",
    ],
)
def test_a_zero_is_somebodys_where_they_own_it_or_applied_it_since_the_sleep_began(by: str, found: Workload) -> None:
    assert who_chose_zero(found) == by
