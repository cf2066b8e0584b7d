"""How each activity is called: time limits, retries, queues and priorities, in one place.

Resumes come first (1), then starting and listing (2), then pauses (3). Enforcements and reconciliations have a queue
of their own, so that nothing that takes long ever stands before a wake. Pauses and the wakes that come by themselves
have one each, whose rate limits protect the API server and never delay a person's wake.
"""

from datetime import timedelta
from typing import TypedDict

from temporalio.common import Priority, RetryPolicy
from temporalio.workflow import ActivityCancellationType

from activities.errors import Denied, KubeconfigError, ListExpired, Rejected
from policies.names import pause_queue, run_queue, wake_queue

RESUME_PRIORITY = Priority(priority_key=1)
LIST_PRIORITY = Priority(priority_key=2)
PAUSE_PRIORITY = Priority(priority_key=3)

NEVER_BETTER = [error.__name__ for error in (Denied, Rejected, KubeconfigError, ListExpired)]
"""Errors that another attempt cannot mend: Temporal knows them by the names of their classes."""

FIVE_ATTEMPTS = RetryPolicy(
    initial_interval=timedelta(seconds=1),
    maximum_interval=timedelta(seconds=8),
    maximum_attempts=5,
    non_retryable_error_types=NEVER_BETTER,
)
FOR_EVER = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=5))
"""For a workload that is asleep: waking is a duty, whatever the error."""
ONCE = RetryPolicy(maximum_attempts=1)
"""For writes: the workflow decides again from a fresh read, never the activity."""

WRITE_TIMEOUT = timedelta(seconds=30)
"""Longer than two writes at the transport's own limits, so that a live worker always tells the outcome."""


TURN_OF_A_WAKE = timedelta(minutes=10)
"""How long a wake may wait in the queue of those that come by themselves. Past it, or where no worker polls that queue
(an older one after a rollback), it is sent like a person's.
"""


class CallOptions(TypedDict, total=False):
    """The keyword arguments of `execute_activity_method` that are set here."""

    start_to_close_timeout: timedelta
    schedule_to_close_timeout: timedelta
    schedule_to_start_timeout: timedelta
    heartbeat_timeout: timedelta
    retry_policy: RetryPolicy
    priority: Priority
    task_queue: str
    cancellation_type: ActivityCancellationType


CONSULT: CallOptions = {
    "start_to_close_timeout": timedelta(seconds=20),
    "retry_policy": FOR_EVER,
    "priority": RESUME_PRIORITY,
}
WAKE_CONSULT: CallOptions = CONSULT | {"retry_policy": FIVE_ATTEMPTS}
"""Amid a wake the workflow itself tries for ever: so a read that fails is shown, and not only retried."""
WAKE: CallOptions = {
    "start_to_close_timeout": WRITE_TIMEOUT,
    "retry_policy": ONCE,
    "priority": RESUME_PRIORITY,
}
LIST: CallOptions = {
    "start_to_close_timeout": timedelta(minutes=2),
    "retry_policy": FIVE_ATTEMPTS,
    "priority": LIST_PRIORITY,
}
OPEN: CallOptions = {
    "start_to_close_timeout": timedelta(seconds=30),
    "retry_policy": FIVE_ATTEMPTS,
    "priority": LIST_PRIORITY,
}
LOOK_AROUND: CallOptions = {
    "start_to_close_timeout": timedelta(seconds=30),
    "schedule_to_close_timeout": timedelta(minutes=2),
    "retry_policy": FIVE_ATTEMPTS,
    "priority": LIST_PRIORITY,
}
"""Of workloads around one: an order among them is worth no long wait for an answer."""
TELL: CallOptions = {
    "start_to_close_timeout": timedelta(seconds=10),
    "retry_policy": FIVE_ATTEMPTS,
    "priority": RESUME_PRIORITY,
}
DIGEST: CallOptions = {
    "start_to_close_timeout": timedelta(seconds=10),
    "schedule_to_close_timeout": timedelta(seconds=30),
    "retry_policy": RetryPolicy(maximum_attempts=2),
    "priority": LIST_PRIORITY,
}
"""It only hands the digest over, or counts the run, and no run waits for more."""
RECONCILE: CallOptions = {
    "start_to_close_timeout": timedelta(minutes=3),
    "heartbeat_timeout": timedelta(seconds=60),
    "retry_policy": RetryPolicy(
        initial_interval=timedelta(seconds=2), maximum_attempts=3, non_retryable_error_types=NEVER_BETTER
    ),
    "priority": LIST_PRIORITY,
}
START: CallOptions = {
    "start_to_close_timeout": timedelta(minutes=2),
    "heartbeat_timeout": timedelta(seconds=15),
    "retry_policy": FIVE_ATTEMPTS,
    "priority": LIST_PRIORITY,
}


def recall_options(cluster: str) -> CallOptions:
    """The options of a look that may take long, at closed runs or at many workloads: no wake should wait behind it."""
    return {**LOOK_AROUND, "task_queue": run_queue(cluster)}


def pause_options(cluster: str) -> CallOptions:
    """The options of a pause. A person's wake cancels one that still waits in the queue."""
    return {
        "start_to_close_timeout": WRITE_TIMEOUT,
        "retry_policy": ONCE,
        "priority": PAUSE_PRIORITY,
        "task_queue": pause_queue(cluster),
        "cancellation_type": ActivityCancellationType.TRY_CANCEL,
    }


def wake_options(cluster: str) -> CallOptions:
    """The options of a wake that comes by itself. A person's takes one that still waits out of the queue."""
    return {
        **WAKE,
        "task_queue": wake_queue(cluster),
        "schedule_to_start_timeout": TURN_OF_A_WAKE,
        "cancellation_type": ActivityCancellationType.TRY_CANCEL,
    }
