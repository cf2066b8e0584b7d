"""What one listing of a reconciliation showed, workload by workload."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from activities.kube.workloads.pages import Unreadable
from activities.reconciliation.policy_statuses import FiguresTally
from policies.annotations import INSTANCE, PauseRecord
from policies.sleep.clocks import ClockDrift
from policies.sleep.discrepancies import Discrepancy, record_to_adopt
from policies.sleep.ledger import sleep_of
from policies.workload import Workload


@dataclass
class Survey:
    """What one listing showed to be wrong, by the id of the hibernation concerned."""

    tally: FiguresTally
    found: dict[str, Discrepancy] = field(default_factory=dict)
    workloads: dict[str, Workload] = field(default_factory=dict)
    records: dict[str, PauseRecord] = field(default_factory=dict)
    """Those that come from a ReplicaSet's copy."""
    compared: int = 0
    not_understood: list[Unreadable] = field(default_factory=list)
    missing_rights: tuple[str, ...] = ()
    """The optional rights that the worker lacks."""
    troubles: Mapping[str, str] = field(default_factory=dict)
    """What is wrong with each part that the worker goes on without; empty where nothing is."""
    untold: dict[str, Exception] = field(default_factory=dict)
    """Hibernations that no word could be sent to."""
    clocks: ClockDrift = field(default_factory=ClockDrift)
    asleep: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """What each of our sleepers saves an hour, by currency; one without a price has an empty currency and saves 0."""
    asleep_in: Counter[str] = field(default_factory=Counter)

    def count(self, workload: Workload, instance: str) -> None:
        """Count one more Deployment, which may sleep."""
        sleep = sleep_of(workload)
        if sleep is not None and workload.annotations.get(INSTANCE) != instance:
            sleep = None
        self.tally.count(workload, sleep)
        if sleep is not None:
            cost = sleep.cost
            self.asleep["" if cost is None else cost.currency].append(0.0 if cost is None else cost.amount)
            self.asleep_in[workload.ref.namespace] += 1

    def ids_of(self, finding: Discrepancy) -> list[str]:
        """The ids of the hibernations of one finding."""
        return [name for name, each in self.found.items() if each is finding]

    def names_of(self, finding: Discrepancy) -> tuple[str, ...]:
        """The workloads of one finding, in order."""
        return tuple(sorted(str(self.workloads[name].ref) for name in self.ids_of(finding)))

    def record_of(self, name: str) -> PauseRecord:
        """The record that its hibernation is started with. Raises InvalidAnnotation where neither it nor a copy gives
        one.
        """
        return self.records.get(name) or record_to_adopt(self.workloads[name])
