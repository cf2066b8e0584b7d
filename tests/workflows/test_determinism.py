"""A sleep outlives deploys: open hibernations must go on under new code exactly where they stood."""

import json
from pathlib import Path

import pytest
from fingerprints import fingerprint
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from worker.assembly import WORKFLOWS
from worker.runner import workflow_runner

HISTORIES = sorted((Path(__file__).parents[1] / "histories").glob("*.json"))
COMMANDS = Path(__file__).with_name("commands.json")


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
async def test_a_recorded_history_replays(path: Path) -> None:
    replayer = Replayer(workflows=WORKFLOWS, data_converter=pydantic_data_converter, workflow_runner=workflow_runner())
    await replayer.replay_workflow(WorkflowHistory.from_json(path.stem, path.read_text()))


def test_there_are_histories_of_every_way_a_life_goes() -> None:
    assert len(HISTORIES) >= 15


def test_the_commands_of_the_workflows_are_the_recorded_ones() -> None:
    recorded = json.loads(COMMANDS.read_text())
    assert fingerprint() == recorded, (
        "The commands of a workflow changed. Open hibernations were started under the old code: guard the change with "
        "workflow.patched(), record histories with the new branch (make histories), and check that the old ones still "
        "replay. Timeouts, queues and priorities may change freely, but on purpose."
    )
