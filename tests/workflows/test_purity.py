"""There is no sandbox: lint keeps out of workflows and rules what a replay could not repeat."""

import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
IMPURE = {
    "the clock": "from datetime import UTC, datetime\n\ndatetime.now(UTC)\n",
    "today": "from datetime import date\n\ndate.today()\n",
    "the time module": "import time\n",
    "one function of it": "from time import monotonic\n",
    "chance": "import random\n",
    "ids": "from uuid import uuid4\n",
    "the network": "import socket\n",
    "the environment": "import os\n",
    "threads": "import threading\n",
    "a wait of asyncio's": "import asyncio\n\nasyncio.sleep(1)\n",
    "an unguarded wait": "from temporalio import workflow\n\nworkflow.wait_condition(bool)\n",
}


def rules_broken(code: str, room: str) -> str:
    command = [sys.executable, "-m", "ruff", "check", "--output-format=concise", f"--stdin-filename={room}/new.py", "-"]
    done = subprocess.run(command, cwd=TOP, input=code, check=False, capture_output=True, text=True)
    assert done.returncode in {0, 1}, done.stderr
    return done.stdout


@pytest.mark.parametrize("room", ["policies", "workflows"])
@pytest.mark.parametrize("code", IMPURE.values(), ids=IMPURE)
def test_what_a_replay_could_not_repeat_is_refused(code: str, room: str) -> None:
    assert "TID251" in rules_broken(code, room)


@pytest.mark.parametrize("code", IMPURE.values(), ids=IMPURE)
def test_activities_may(code: str) -> None:
    assert "TID251" not in rules_broken(code, "activities")
