"""Seconds that pass only when a test says so, or while somebody sleeps by them."""


class Seconds:
    """A counter to hand in as a clock, and what to hand in as a sleep beside it."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        """Nobody waits: the seconds are over at once."""
        self.slept.append(seconds)
        self.now += seconds
