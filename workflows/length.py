"""How long a history may grow.

Not the server's own suggestion (4,096 events): a history is replayed whole for each step of a workflow that is not
cached, which takes about 0.4 ms an event.
"""

from datetime import timedelta

from temporalio import workflow

MANY_EVENTS = 200
"""From here on a run ends at its next wait. What happens between two waits (a whole pause, at worst) is shorter than
300 events, so no history reaches 600.
"""
TOO_MANY_EVENTS = 300
"""From here on also while somebody waits for an answer: they get the present status."""
YOUNGEST = timedelta(seconds=1)
"""A run that ends sooner makes the server hold the next one back, and the signals to it."""


def is_long() -> bool:
    """Whether this run shall end, and the next one go on with a fresh history."""
    events = workflow.info().get_current_history_length()
    if events < MANY_EVENTS or workflow.now() - workflow.info().workflow_start_time < YOUNGEST:
        return False
    return events >= TOO_MANY_EVENTS or workflow.all_handlers_finished()
