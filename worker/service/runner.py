"""How workflow code is run: without the SDK's sandbox.

The sandbox would have to pass our own rooms through, because it loads everything else again for each workflow; and what
is passed through may read clocks, chance and the network unhindered. So it guarded nothing, and took 35 % of the CPU
time of a replay. What workflows and rules must not use is refused by lint instead (`banned-api` in `pyproject.toml`),
and every recorded history is replayed in the tests.
"""

from temporalio.worker import UnsandboxedWorkflowRunner


def workflow_runner() -> UnsandboxedWorkflowRunner:
    """The runner of every worker, and of every replay."""
    return UnsandboxedWorkflowRunner()
