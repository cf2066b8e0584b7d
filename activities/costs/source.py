"""What a cost source is: something that answers, for one Deployment after another, what it costs an hour."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from policies.costs.cost import CostAnswer
from policies.workload import Workload


class Costs(Protocol):
    """The prices of one run."""

    @property
    def problem(self) -> str:
        """Why the source has no answer for any workload; empty where it has."""

    @property
    def answered(self) -> str:
        """What the source said, in numbers; empty where there is nothing to tell."""

    @property
    def kept(self) -> str:
        """How long a worker acts on an answer, in a sentence; empty where it asks again for every run."""

    def quote(self, workload: Workload) -> CostAnswer:
        """What the Deployment costs an hour as it runs, or why that is unknown. Sends no request."""


class CostSource(Protocol):
    """Where prices come from."""

    @property
    def name(self) -> str:
        """As it is shown beside every figure."""

    @property
    def currency(self) -> str:
        """In which it answers, as three letters."""

    @property
    def trouble(self) -> str:
        """Why it had no answer when it was last asked, and what that means; empty where it had one."""

    def fetch(self, window_end: datetime) -> Costs:
        """The prices, from what was seen until `window_end`.

        A source in trouble answers every question with unknown. Raises KubernetesError where it needs the cluster
        and cannot reach it.
        """


@dataclass(frozen=True)
class NoCosts:
    """The answer of a source in trouble."""

    problem: str
    answered: str = ""
    kept: str = ""

    def quote(self, workload: Workload) -> CostAnswer:  # noqa: ARG002 - the same for every one
        """Unknown."""
        return CostAnswer(unknown_because=self.problem)
