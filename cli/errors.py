"""Errors of the command line.

UsageProblem (of operations)
└── NeedsYes                 a question that cannot be answered without a terminal
"""

from operations.errors import UsageProblem


class NeedsYes(UsageProblem):
    """A question that needs an answer, and no terminal to ask at, or a document where the answer would be typed."""

    def __init__(self, question: str, *, stdin_is_taken: bool = False) -> None:
        self.question = question
        why = (
            "Standard input is the document, so nobody can be asked"
            if stdin_is_taken
            else "There is no terminal to ask at"
        )
        super().__init__(f"{question} {why}: say --yes if you mean it")
