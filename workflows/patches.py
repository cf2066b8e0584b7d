"""Changes of order that workflows under way must not meet in their middle: their names, their dates, their ends.

A workflow goes on under new code from where its history stands. What the code does up to that point must still be what
the history tells, so a branch that is new asks first:

    CONFIRM_TWICE = Patch("look twice before giving up", since="0.2.0, 2027-01-18", may_go="0.4.0")

    if is_new(CONFIRM_TWICE):
        ...

There is none at present: nothing was released before this module was.
"""

from typing import NamedTuple

from temporalio import workflow


class Patch(NamedTuple):
    """One change of order."""

    id: str
    """As it stands in histories: never changed."""
    since: str
    """The release that brought it, and its day."""
    may_go: str
    """The release that may drop it with the branch it guards: with an update to that one, no run from before the change
    is left."""


def is_new(patch: Patch) -> bool:
    """Whether this run goes by the change: one that had passed this point before it came goes on as it began."""
    return workflow.patched(patch.id)
