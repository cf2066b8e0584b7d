"""What a reconciliation finds and only a person can mend: told once, in one alert a kind and namespace."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from activities.alerts import Kind, alert

NAMED = 5
"""Workloads that an alert names; the others are counted."""


class FindingAlerts:
    """Tells of workloads that were not among those of the comparison before.

    A worker remembers all of them. One that has just started knows those that the last result names.
    """

    def __init__(self) -> None:
        self._before: dict[tuple[Kind, str], frozenset[str]] = {}

    def tell(self, kind: Kind, workloads: Collection[str], named_before: Iterable[str], what: str) -> None:
        """Raise an alert for each namespace with new ones: `namespace/name: what`."""
        known = self._before.get((kind, what), frozenset()) | frozenset(named_before)
        self._before[kind, what] = frozenset(workloads)
        new: defaultdict[str, list[str]] = defaultdict(list)
        for workload in sorted(frozenset(workloads) - known):
            new[workload.partition("/")[0]].append(workload)
        for namespace, names in new.items():
            more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
            about = {"workload": names[0]} if len(names) == 1 else {"namespace": namespace}
            alert(kind, f"{', '.join(names[:NAMED])}{more}: {what}", **about)
