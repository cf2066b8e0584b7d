"""What one run of a hibernation hands on to the next, which goes on with a fresh history.

Temporal ends a workflow of more than 51,200 events, and replays all of them for each step of one that is not cached. So
no run grows long: it continues as new, and nothing that was said to it, tried or counted is lost over that.
"""

from datetime import datetime

from policies.annotations import Because, WakeNote
from policies.models import Frozen
from policies.sleep.messages import CheckRequest, Hibernation, HibernationResult, ManualPause, PauseOrder
from policies.sleep.raised_count import Watch


class Tried(Frozen):
    """How an attempt to write has gone so far. What is unknown may still land, so the next run fences it, too."""

    rounds: int = 0
    faults: int = 0
    unknown: bool = False
    touched: bool = False
    gave_back: bool = False
    trouble: str = ""
    changed_to: int | None = None


class Waking(Frozen):
    """A wake that is under way: why, what the sleep is called in the end, and what is known of its writes."""

    because: Because | None
    """None where a pause is called off: there is no wake to speak of."""
    sentence: str
    outcome: str
    owns_zero: bool
    note: WakeNote | None = None
    """The one that was sent already."""
    tried: Tried = Tried()


class Continuation(Hibernation):
    """The input of every run: where its life begins and, where another run came before, all that it left.

    A version without these fields reads the rest of it, and goes on from there: asleep, waking or awake.
    """

    watch: Watch | None = None
    order: PauseOrder | None = None
    """The pause that the present sleep began with."""
    check: CheckRequest | None = None
    keep_awake: datetime | None = None
    """A wish that is not written yet."""
    keep_awake_by: str = ""
    keep_awake_reason: str = ""
    pause_by_hand: ManualPause | None = None
    heard: bool = False
    """The wish in `waking` is the one that the wake under way is about."""
    under_way: Waking | None = None
    ended: bool = False
    """The sleep is over, and `so_far` says how."""
    so_far: HibernationResult | None = None
    look_again_at: datetime | None = None
    waiting_since: datetime | None = None
    """Since when it has waited for other workloads."""
    missed_since: datetime | None = None
    """Since when the Deployment has not been there."""
    refused: int = 0
    """How often in a row a record or a note could not be written."""
    unrecorded: bool = False
    """The sleep's wake has moved, and its annotation still tells the old one."""
    trouble: str = ""
    zone: str = "UTC"
    """On whose clocks the Temporal UI shows times: the policy's."""
