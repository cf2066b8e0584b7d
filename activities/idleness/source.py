"""What an idleness source is: something that answers, for one Deployment after another, whether it is idle."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from policies.idleness.answers import NOT_ASKED, IdleAnswer
from policies.policy.document import EnforcementPolicy
from policies.workload import Workload


class Idleness(Protocol):
    """What was measured for one run."""

    @property
    def problem(self) -> str:
        """Why nothing is known of any workload; empty where something is."""

    def judge(self, workload: Workload, policy: EnforcementPolicy) -> IdleAnswer:
        """The verdict on a Deployment by the policy's own terms. Sends no request."""


@dataclass(frozen=True)
class UsageAverage:
    """What a whole Deployment used on average, as somebody else measured it."""

    source: str
    cores: float
    span: timedelta
    """Over how long."""


@runtime_checkable
class TellsUsage(Protocol):
    """Whatever knows such averages: the answer of a cost source, say."""

    def usage_of(self, workload: Workload) -> UsageAverage | None:
        """The average, or None where it is not known. Sends no request."""


class IdleSource(Protocol):
    """Where idleness is measured."""

    @property
    def trouble(self) -> str:
        """Why it knew nothing when it was last asked, and what that means; empty where it knew something."""

    def fetch(
        self, at: datetime, policies: Iterable[EnforcementPolicy], averages: TellsUsage | None = None
    ) -> Idleness:
        """What these policies need to know at that moment, in a number of queries that no workload adds to.

        `averages` may stand in where there is no series of CPU. A source in trouble answers every question with
        unknown. Raises KubernetesError where it needs the cluster and cannot reach it.
        """


@dataclass(frozen=True)
class NoIdleness:
    """The answer where nothing is measured, or nothing of it can be believed."""

    answer: IdleAnswer = NOT_ASKED
    problem: str = NOT_ASKED.sentence

    def judge(self, workload: Workload, policy: EnforcementPolicy) -> IdleAnswer:  # noqa: ARG002 - the same for all
        """Unknown."""
        return self.answer
