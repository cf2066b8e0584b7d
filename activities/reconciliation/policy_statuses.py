"""What became of each policy in the cluster, written into its status.

Reconciliation lists every Deployment anyway, and counts for each policy what it means and what sleeps under it. It runs
in one worker; each worker writes what it knows, and figures of an older reconciliation never replace newer ones.
"""

import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from threading import Lock

from activities.errors import KubernetesError
from activities.policy_sources.resources import PolicyResources, SeenPolicy
from policies.calendar.allowance import allowance_of
from policies.calendar.foreseen import saved_per_month
from policies.policy.document import EnforcementPolicy
from policies.resource.status import PolicyFigures, PolicyObservation, follow, is_worth_writing
from policies.sleep.ledger import Slept
from policies.workload import Workload

Hindrance = Callable[[EnforcementPolicy], tuple[str, str] | None]
"""Reason and sentence of what keeps a policy from doing all that it says, or None."""

_LOG = logging.getLogger(__name__)


class FiguresTally:
    """The figures of one reconciliation while it lists."""

    def __init__(self, policies: Iterable[EnforcementPolicy], at: datetime) -> None:
        self._policies = tuple(policies)
        self._at = at
        self._matched: Counter[str] = Counter()
        self._paused: Counter[str] = Counter()
        self._hourly: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))

    def count(self, workload: Workload, sleep: Slept | None) -> None:
        """Count one more Deployment; `sleep` is the one of ours that it is in."""
        for policy in self._policies:
            scope = policy.spec.scope
            if scope.covers_namespace(workload.ref.namespace) and scope.selects_labels(workload.labels):
                self._matched[policy.name] += 1
        if sleep is not None:
            self._paused[sleep.policy] += 1
            if sleep.cost is not None:
                self._hourly[sleep.policy][sleep.cost.currency] += sleep.cost.amount

    def months(self) -> dict[str, float]:
        """What a month saves at most by the calendars of the policies, by currency. A pause by hand comes once, and no
        month of it is foreseen.
        """
        months: dict[str, float] = defaultdict(float)
        for policy in self._policies:
            allowance = allowance_of(policy, self._at)
            for currency, rate in self._hourly[policy.name].items():
                months[currency] += saved_per_month(rate, allowance)
        return months

    def figures(self) -> dict[str, PolicyFigures]:
        """What was counted, by policy."""
        return {
            policy.name: PolicyFigures(
                at=self._at,
                matched=self._matched[policy.name],
                paused=self._paused[policy.name],
                hourly=self._hourly[policy.name],
            )
            for policy in self._policies
        }


class PolicyStatuses:
    """Writes the statuses of one cluster's policies; safe to share between threads."""

    def __init__(
        self,
        resources: PolicyResources,
        hindrance: Hindrance,
        count_actions: Callable[[], Mapping[str, int]],
        now: Callable[[], datetime],
    ) -> None:
        """`count_actions` answers how many actions this process has carried out under each policy so far."""
        self._resources = resources
        self._hindrance = hindrance
        self._count_actions = count_actions
        self._now = now
        self._lock = Lock()
        self._figures: Mapping[str, PolicyFigures] = {}
        self._counted: dict[str, int] = {}
        self._troubled: dict[str, str] = {}
        self._compared: tuple[SeenPolicy, ...] = ()

    def note(self, figures: Mapping[str, PolicyFigures]) -> None:
        """Take what a reconciliation saw; it is written with the next round."""
        with self._lock:
            self._figures = figures

    def write(self) -> int:
        """Write every status that differs from what the last reading of the policies showed. Returns how many.

        Once for each reading. What cannot be written is tried again after the next, and told once.
        """
        if self._resources.seen is self._compared:
            return 0
        self._compared = self._resources.seen
        counted = self._count_actions()
        return sum(self._write(each, counted.get(each.name, 0)) for each in self._compared)

    def _write(self, seen: SeenPolicy, counted: int) -> bool:
        with self._lock:
            figures, known = self._figures.get(seen.name), self._counted.get(seen.name, 0)
        observation = PolicyObservation(
            generation=seen.generation,
            policy=seen.policy,
            problem="; ".join(f"{each.field}: {each.wrong}" if each.field else each.wrong for each in seen.problems),
            hindrance=None if seen.policy is None else self._hindrance(seen.policy),
            figures=figures,
            new_actions=counted - known,
        )
        status = follow(seen.status, observation, self._now())
        if not is_worth_writing(seen.status, status):
            return False
        try:
            written = self._resources.write_status(seen, status)
        except KubernetesError as error:
            if self._troubled.get(seen.name) != str(error):
                self._troubled[seen.name] = str(error)
                _LOG.warning("the status of policy %s cannot be written: %s", seen.name, error)
            return False
        self._troubled.pop(seen.name, None)
        if written:
            with self._lock:
                self._counted[seen.name] = counted
        return written
