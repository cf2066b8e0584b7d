"""Whoever listens to an operation, and remembers what it heard."""

from operations.listener import Silence


class Notebook(Silence):
    """Keeps every sentence."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def note(self, sentence: str) -> None:
        """Keep it."""
        self.heard.append(sentence)

    def warn(self, sentence: str) -> None:
        """Keep it, too."""
        self.heard.append(sentence)
