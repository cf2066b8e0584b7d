"""Errors of the command line.

UsageProblem (of operations)
└── NeedsYes                 a question that cannot be answered without a terminal
"""

from operations.errors import UsageProblem


class NeedsYes(UsageProblem):
    """A question that needs an answer, and no terminal to ask at."""

    def __init__(self, question: str) -> None:
        self.question = question
        super().__init__(f"{question} There is no terminal to ask at: say --yes if you mean it")
