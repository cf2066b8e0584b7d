"""A status that goes on: drawn anew in a window, and otherwise a line for each change."""

from cli.console import Terminal
from cli.views.present.status import show_status
from operations.present.watching import StatusLook
from operations.standing.standing import WorkloadStanding
from operations.times import show_time
from operations.zones import Zones
from policies.keys import WorkloadKey

_LINES_AROUND = 12
"""Of the window, for what stands around the list."""


class StatusWatch:
    """What was shown last, and how the next look follows it."""

    def __init__(self, terminal: Terminal, *, sort_by: str | None, limit: int | None) -> None:
        self._terminal = terminal
        self._sort_by = sort_by
        self._limit = limit
        self._before: StatusLook | None = None

    def show(self, look: StatusLook) -> None:
        """Draw it, or append what changed."""
        before, self._before = self._before, look
        if self._terminal.redraws:
            self._draw(look)
        elif before is None:
            show_status(self._terminal, look.status, sort_by=self._sort_by, limit=self._limit)
        else:
            self._append(before, look)

    def _draw(self, look: StatusLook) -> None:
        room = max(self._terminal.height - _LINES_AROUND, 1)
        limit = room if self._limit is None else min(room, self._limit)
        with self._terminal.redrawing() as frame:
            frame.say(f"as of {show_time(look.at, look.status.zones.of())}, Ctrl-C ends it", "dim")
            if look.trouble:
                frame.say(f"this is the last that is known: {look.trouble}", "red")
            show_status(frame, look.status, sort_by=self._sort_by, limit=limit)

    def _append(self, before: StatusLook, look: StatusLook) -> None:
        if look.trouble and look.trouble != before.trouble:
            self._terminal.warn(f"this is the last that is known: {look.trouble}")
        was, now = _by_name(before), _by_name(look)
        for key in sorted(was.keys() | now.keys()):
            then, there = was.get(key), now.get(key)
            if (then and then.phase) != (there and there.phase) or (
                then and there and then.resume_at != there.resume_at
            ):
                zones = look.status.zones
                self._terminal.say(f"{show_time(look.at, zones.of())}  {key}: {_tell(there, zones)}")


def _by_name(look: StatusLook) -> dict[WorkloadKey, WorkloadStanding]:
    return {each.key: each for each in look.status.hibernations}


def _tell(each: WorkloadStanding | None, zones: Zones) -> str:
    if each is None:
        return "awake, and may be paused again"
    if each.resume_at is None:
        return each.phase
    return f"{each.phase}, until {show_time(each.resume_at, zones.of(each.policy, each.namespace))}"
