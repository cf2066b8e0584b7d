"""Errors of what says what anything costs: a price list, or OpenCost."""

from collections.abc import Sequence

from activities.errors.base import IoError
from policies.costs.doubts import Doubt, Objection


class PriceFileError(IoError):
    """A price list that cannot be used; `problems` has a sentence with file, line and field for each."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class CostSourceError(IoError):
    """A cost source that gives no prices.

    `source` is its name, `transient` whether asking again soon may help, `retry_after` how many seconds it asks to be
    left alone, and `doubt` the code of what this means for a Deployment's cost.
    """

    doubt = Doubt.NO_ANSWER
    transient = False
    retry_after = 0.0

    def __init__(self, source: str, sentence: str) -> None:
        self.source = source
        super().__init__(sentence)


class CostSourceUnreachable(CostSourceError):
    """No answer, or not in time."""

    transient = True

    def __init__(self, source: str, url: str, reason: str) -> None:
        self.url = url
        super().__init__(source, f"{source} at {url} gives no answer: {reason}; check the address and the network")


class CostSourceRefused(CostSourceError):
    """An error status. Its text is left out: it is long, and names what is inside the cluster."""

    def __init__(
        self, source: str, url: str, status: int, *, transient: bool = False, retry_after: float = 0.0
    ) -> None:
        self.url = url
        self.status = status
        self.transient = transient
        self.retry_after = retry_after
        patience = f" and asks for {retry_after:g} s of patience" if retry_after else ""
        super().__init__(source, f"{source} at {url} answered {status}{patience}; its log says why")


class CostAnswerInvalid(CostSourceError):
    """A success that breaks a rule, so that nothing in it is believed."""

    def __init__(self, source: str, objection: Objection) -> None:
        self.doubt = objection.doubt
        self.detail = objection.sentence
        super().__init__(source, f"the answer of {source} cannot be believed ({objection})")
