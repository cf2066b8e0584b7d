"""The Temporal UI is a user interface of this product: what stands in it is tested like any other."""

import ast
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from temporalio import workflow

import workflows
from policies.sleep.messages import HibernationStatus, Phase
from policies.workload import WorkloadRef
from workflows.hibernation import HibernationWorkflow
from workflows.life.texts import describe

REF = WorkloadRef(namespace="dev-shop", name="checkout")
WAKE = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)


def test_every_message_says_what_it_does() -> None:
    definition = workflow._Definition.must_from_class(HibernationWorkflow)
    messages: dict[str | None, Any] = {**definition.signals, **definition.updates, **definition.queries}
    assert len(messages) == 7
    assert [name for name, message in messages.items() if not message.description] == []


def test_every_activity_that_a_workflow_calls_has_a_summary() -> None:
    calls = [
        (path.name, call.lineno)
        for path in Path(workflows.__file__).parent.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in {"execute_activity_method", "start_activity_method"}
        and "summary" not in {keyword.arg for keyword in call.keywords}
    ]
    assert calls == []


@pytest.mark.parametrize("phase", list(Phase))
def test_every_phase_has_a_page(phase: Phase) -> None:
    assert "dev-shop/checkout" in describe(HibernationStatus(phase=phase, ref=REF), "")


def test_the_page_of_a_sleeper_tells_what_comes_back_when_and_how_to_wake_it() -> None:
    page = describe(
        HibernationStatus(phase=Phase.ASLEEP, ref=REF, policy="night", original_replicas=3, resume_at=WAKE),
        "Saves 2 USD",
    )
    for part in ("**3**", "2026-11-24T07:00:00Z", "night", "Saves 2 USD", "`reactivate`"):
        assert part in page


def test_the_page_of_one_kept_awake_tells_until_when_and_why() -> None:
    page = describe(HibernationStatus(phase=Phase.AWAKE, ref=REF, awake_until=WAKE, awake_because="contested"), "")
    assert "Not paused before: 2026-11-24T07:00:00Z (contested)" in page


def test_trouble_is_shown_with_the_promise_to_go_on() -> None:
    page = describe(HibernationStatus(phase=Phase.RESUME_FAILING, ref=REF, trouble="quota exceeded"), "")
    assert "quota exceeded" in page
    assert "tried again" in page
