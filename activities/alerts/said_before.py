"""What was said before and changed nothing: it is said again only after as long as that has lasted.

A nudge that a hibernation has answered, or a hibernation that was started in vain, would otherwise be repeated by every
reconciliation. Once may be too little: an answer may rest on a snapshot of the policies that was a moment old.
"""

import time
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass

FIRST_PAUSE = 270.0
"""Seconds: the next reconciliation says it once more. Then twice as long each time."""
LONGEST_PAUSE = 86_400.0


@dataclass(frozen=True)
class _Said:
    about: Hashable
    again_at: float
    pause: float


class SaidBefore:
    """The memory of a worker, by who was told. It is as large as what was found last."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` counts seconds."""
        self._clock = clock
        self._said: dict[str, _Said] = {}
        self._rests_on: object = None

    def due(self, wanted: Mapping[str, Hashable], rests_on: object) -> frozenset[str]:
        """Which of `wanted` are to be told now. Those that are not in `wanted` are forgotten.

        `wanted` says of each what it is about, and `rests_on` what every answer depends on (the policies): where that
        has changed, everything is news.
        """
        if rests_on != self._rests_on:
            self._said, self._rests_on = {}, rests_on
        kept = {who: said for who, said in self._said.items() if who in wanted and said.about == wanted[who]}
        self._said, now = kept, self._clock()
        return frozenset(who for who in wanted if who not in kept or kept[who].again_at <= now)

    def note(self, told: Iterable[str], wanted: Mapping[str, Hashable]) -> None:
        """Remember that these were told just now."""
        now = self._clock()
        for who in told:
            before = self._said.get(who)
            pause = FIRST_PAUSE if before is None else min(2 * before.pause, LONGEST_PAUSE)
            self._said[who] = _Said(wanted[who], now + pause, pause)
