"""A sleep outlives deploys: open hibernations must go on under new code exactly where they stood."""

import ast
import base64
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fingerprints import ROOM, fingerprint
from recordings import losses_of
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from worker.service.assembly import WORKFLOWS
from worker.service.runner import workflow_runner

HISTORIES = sorted((Path(__file__).parents[1] / "histories").glob("*.json"))
WAITS_TELL_OF_A_CANCEL = 2
"""`PROCESS_WORKFLOW_ACTIVATION_JOBS_AS_SINGLE_BATCH` of the SDK: off in 1.35, and announced as the next default."""
COMMANDS = Path(__file__).with_name("commands.json")
HIBERNATIONS = [path for path in HISTORIES if '"workflowType":{"name":"Hibernation"}' in path.read_text()]
CONTINUED = [path for path in HIBERNATIONS if path.stem.endswith("_2")]
TROUBLE = re.compile(rb'"trouble":"[^"]+"')


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
async def test_a_recorded_history_replays(path: Path) -> None:
    await replay(path.stem, path.read_text())


async def replay(workflow_id: str, history: str) -> None:
    replayer = Replayer(workflows=WORKFLOWS, data_converter=pydantic_data_converter, workflow_runner=workflow_runner())
    await replayer.replay_workflow(WorkflowHistory.from_json(workflow_id, history))


@pytest.mark.parametrize("path", [path for path in HISTORIES if "cancel" in path.stem], ids=lambda path: path.stem)
async def test_a_cancel_is_a_wake_also_by_the_rules_of_the_sdks_next_versions(path: Path) -> None:
    history = json.loads(path.read_text())
    first = next(event for event in history["events"] if "workflowTaskCompletedEventAttributes" in event)
    first["workflowTaskCompletedEventAttributes"]["sdkMetadata"] = {"langUsedFlags": [WAITS_TELL_OF_A_CANCEL]}
    await replay(path.stem, json.dumps(history))


def rewrite(history: Any, change: Callable[[bytes], bytes]) -> Any:
    """The history with its payloads changed."""
    if isinstance(history, dict):
        return {
            key: base64.b64encode(change(base64.b64decode(item))).decode() if key == "data" else rewrite(item, change)
            for key, item in history.items()
        }
    return [rewrite(item, change) for item in history] if isinstance(history, list) else history


@pytest.mark.parametrize("path", HIBERNATIONS, ids=lambda path: path.stem)
async def test_a_life_of_a_kind_that_only_a_later_version_knows_goes_on(path: Path) -> None:
    """After a rollback: nobody can ask the cluster for it, and whatever was recorded still leads to the same step."""
    later = rewrite(json.loads(path.read_text()), lambda data: data.replace(b'"deployment"', b'"a-later-kind"'))
    await replay(path.stem, json.dumps(later))


@pytest.mark.parametrize("path", CONTINUED, ids=lambda path: path.stem)
async def test_what_the_run_before_handed_on_as_its_trouble_decides_nothing(path: Path) -> None:
    """Its sentence may be in the words of another version."""
    history = json.loads(path.read_text())
    begun = history["events"][0]["workflowExecutionStartedEventAttributes"]
    begun["input"] = rewrite(begun["input"], lambda data: TROUBLE.sub(b'"trouble":"in other words"', data))
    await replay(path.stem, json.dumps(history))


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
def test_what_an_activity_was_given_and_answered_is_read_without_a_loss(path: Path) -> None:
    """A task that waits in a queue while the worker is replaced is taken up by the new one."""
    assert list(losses_of(json.loads(path.read_text()))) == []


def test_there_is_one_way_to_wait() -> None:
    calls = {
        (path.name, call.func.attr)
        for path in ROOM.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
        if call.func.attr in {"wait_condition", "sleep", "wait", "wait_for", "gather", "shield", "timeout"}
    }
    assert calls == {("waiting.py", "wait_condition"), ("hibernation.py", "shield")}


def test_there_is_one_place_for_changes_of_order() -> None:
    asking = {path.name for path in ROOM.rglob("*.py") if "workflow.patched(" in path.read_text()}
    assert asking == {"patches.py"}


@pytest.mark.parametrize(
    "happened",
    [
        '"continuedExecutionRunId":',
        "EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW",
        "EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT",
        "EVENT_TYPE_ACTIVITY_TASK_FAILED",
        "EVENT_TYPE_ACTIVITY_TASK_CANCELED",
        "EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED",
        "EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED",
        "EVENT_TYPE_TIMER_CANCELED",
    ],
)
def test_there_is_a_history_in_which(happened: str) -> None:
    assert any(happened in path.read_text() for path in HISTORIES)


def test_the_commands_of_the_workflows_are_the_recorded_ones() -> None:
    recorded = json.loads(COMMANDS.read_text())
    assert fingerprint() == recorded, (
        "The commands of a workflow changed. Open hibernations were started under the old code: guard the change with "
        "a patch (workflows/patches.py), record histories with the new branch (make histories), and check that the old "
        "ones still replay. Timeouts, queues and priorities may change freely, but on purpose."
    )
