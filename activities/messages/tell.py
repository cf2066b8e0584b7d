"""Telling people of a run: the digest is handed over, and no run waits for a webhook."""

from collections.abc import Callable

from temporalio import activity

from policies.runs.digests import Digest, Message, describe


class TellActivities:
    """Hands digests to the part that sends messages."""

    def __init__(self, tell: Callable[[Message], None]) -> None:
        """`tell` must not wait."""
        self._tell = tell

    @activity.defn
    async def tell_run(self, digest: Digest) -> None:
        """Hand one message over."""
        self._tell(describe(digest))
