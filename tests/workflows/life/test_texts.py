"""The Temporal UI is a user interface of this product: what stands in it is tested like any other."""

import ast
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from temporalio import workflow

import workflows
from policies.annotations import PauseRecord
from policies.sleep.messages import HibernationStatus, Phase, parse_wake
from policies.sleep.review import Sleep
from policies.workload import WorkloadRef
from workflows.hibernation import HibernationWorkflow
from workflows.life.endings import woken_by
from workflows.life.texts import describe, summarize_sleep

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


@pytest.mark.parametrize("phase", [*Phase, Phase("of-a-later-version")])
def test_every_phase_has_a_page(phase: Phase) -> None:
    assert "dev-shop/checkout" in describe(HibernationStatus(phase=phase, ref=REF), "", "UTC")


def test_the_page_of_a_sleeper_tells_what_comes_back_when_and_how_to_wake_it() -> None:
    page = describe(
        HibernationStatus(phase=Phase.ASLEEP, ref=REF, policy="night", original_replicas=3, resume_at=WAKE),
        "Saves 2 USD",
        "Europe/Berlin",
    )
    for part in ("**3**", "Tue 24 Nov 2026 08:00 CET", "night", "Saves 2 USD", "`reactivate`"):
        assert part in page


@pytest.mark.parametrize("phase", [Phase.AWAKE, Phase.COOLING])
def test_the_page_of_one_that_is_awake_tells_who_woke_it_why_and_until_when_and_nothing_of_its_sleep(
    phase: Phase,
) -> None:
    woken = "woken by anna@laptop: for the demo"
    status = HibernationStatus(
        phase=phase, ref=REF, policy="night", original_replicas=3, awake_until=WAKE, awake_sentence=woken
    )
    assert describe(status, "Saves 2 USD", "Europe/Berlin").splitlines() == [
        "## Awake: dev-shop/checkout",
        "",
        "- Why: woken by anna@laptop: for the demo",
        "- Not paused again before: **Tue 24 Nov 2026 08:00 CET**",
    ]


def test_what_people_wrote_makes_no_line_no_emphasis_and_no_image_on_the_page() -> None:
    wake = parse_wake(
        {"by": "anna", "reason": "x\n- Not paused again before: **Fri 2099**\n\n![p](https://evil.example/p.png)"}
    )
    woken = woken_by(wake).sentence
    status = HibernationStatus(
        phase=Phase.AWAKE,
        ref=REF,
        awake_until=WAKE,
        awake_sentence=woken,
        trouble="no\n# <b>quota</b>",
    )
    assert describe(status, "", "UTC").splitlines() == [
        "## Awake: dev-shop/checkout",
        "",
        r"- Why: woken by anna: x - Not paused again before: \*\*Fri 2099\*\*  !\[p\](https://evil.example/p.png)",
        "- Not paused again before: **Tue 24 Nov 2026 07:00 UTC**",
        r"- **Trouble**: no # \<b\>quota\</b\>. It is tried again until it works.",
    ]
    asleep = HibernationStatus(phase=Phase.ASLEEP, ref=REF, policy="**x**\n- Asleep until: never")
    assert r"- Policy: \*\*x\*\* - Asleep until: never" in describe(asleep, "", "UTC").splitlines()


def test_where_only_the_note_of_a_wake_is_known_it_is_told_in_words() -> None:
    status = HibernationStatus(phase=Phase.AWAKE, ref=REF, awake_until=WAKE, awake_because="contested")
    assert "- Why: something kept scaling it up while it slept" in describe(status, "", "UTC")


def test_trouble_is_shown_with_the_promise_to_go_on() -> None:
    page = describe(HibernationStatus(phase=Phase.RESUME_FAILING, ref=REF, trouble="quota exceeded"), "", "UTC")
    assert "quota exceeded" in page
    assert "tried again" in page


@pytest.mark.parametrize(
    ("resume_at", "summary"),
    [(WAKE, "asleep until Tue 24 Nov 2026 08:00 CET"), (None, "asleep until somebody wakes it")],
)
def test_the_timer_of_a_sleep_says_until_when_on_the_clocks_of_its_policy(
    resume_at: datetime | None, summary: str
) -> None:
    record = PauseRecord(
        pause_id="p-1", instance="me", policy="night", paused_at=WAKE, original_replicas=3, resume_at=resume_at
    )
    assert summarize_sleep(Sleep(record=record), "Europe/Berlin") == summary
