"""What ends the demo early."""


class DemoFailed(Exception):
    """A step of the demo did not come out as told."""

    def __init__(self, step: str, problem: str) -> None:
        self.step = step
        self.problem = problem
        super().__init__(f"the demo failed at {step!r}: {problem}")
