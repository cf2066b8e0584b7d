"""What the events of one run of a hibernation tell that left no result: it is open, or somebody ended it.

A hibernation goes through several sleeps while it stays open: a workload that is kept awake may be paused by hand. What
it began with tells those of the runs before, and the first read of every wake the one that ended with it.
"""

from datetime import datetime

from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus

from activities.hibernation.visibility import HIBERNATION_STATE
from operations.past.event_history import read_events
from policies.annotations import PauseRecord
from policies.models import Frozen
from policies.sleep.continuation import Continuation
from policies.sleep.ledger import Slept, slept_by
from policies.sleep.messages import SAVING_PHASES
from policies.workload import WorkloadRef


class RunStory(Frozen):
    """What is known of such a run."""

    begun: Continuation | None = None
    """None where it cannot be read."""
    record: PauseRecord | None = None
    """The last that it acted on."""
    sleeps: tuple[Slept, ...] = ()
    """In order. The last one has no end where it goes on."""
    ending: str = ""
    """How it ended; empty where it is open."""


async def read_story(client: Client, run: WorkflowExecution) -> RunStory:
    """The story of a run. Raises RPCError."""
    story, ended = RunStory(), dict[str, Slept]()
    async for event in read_events(client, run):
        if event.begun is not None:
            story = story.replace(begun=event.begun)
            before = () if event.begun.so_far is None else event.begun.so_far.sleeps
            ended.update((sleep.pause_id, sleep) for sleep in before)
        if event.slept is not None:
            ended[event.slept.pause_id] = event.slept
        story = story.replace(record=event.record or story.record, ending=event.ending or story.ending)
    sleeps = tuple(ended.values())
    if story.begun is None or story.record is None or story.record.pause_id in ended:
        return story.replace(sleeps=sleeps)
    return story.replace(sleeps=(*sleeps, *_last(story.begun.ref, story.record, run, story.ending)))


def _last(ref: WorkloadRef, record: PauseRecord, run: WorkflowExecution, ending: str) -> tuple[Slept, ...]:
    """The sleep that no wake has ended: it goes on, or lasted to the end of the run as far as this one knows. Nothing
    where the pause was none, or where the next run goes on with it.
    """
    asleep = run.typed_search_attributes.get(HIBERNATION_STATE) in SAVING_PHASES
    if not asleep or run.status is WorkflowExecutionStatus.CONTINUED_AS_NEW:
        return ()
    end: datetime | None = run.close_time
    return (slept_by(ref, record, end, ending if end is not None else ""),)
