"""What a reconciliation finds and only a person can mend: told once, in one alert a kind and namespace."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType

from activities.alerts.raised import AlertKind, alert
from policies.wording import name_some

NAMED = 5
"""Workloads that an alert names; the others are counted."""


class FindingAlerts:
    """Tells of workloads that were not among those of the comparison before.

    A worker remembers all of them. One that has just started knows those that the last result names.
    """

    def __init__(self) -> None:
        self._before: dict[tuple[AlertKind, str], frozenset[str]] = {}

    def tell(
        self,
        kind: AlertKind,
        workloads: Collection[str],
        named_before: Iterable[str],
        what: str,
        reasons: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Raise an alert for each namespace with new ones: `namespace/name: what`, or `namespace/name (reason): what`.

        `workloads` are `namespace/name`, and `reasons` says of some what it is about each.
        """
        known = self._before.get((kind, what), frozenset()) | frozenset(named_before)
        self._before[kind, what] = frozenset(workloads)
        new: defaultdict[str, list[str]] = defaultdict(list)
        for workload in sorted(frozenset(workloads) - known):
            new[workload.partition("/")[0]].append(workload)
        for namespace, names in new.items():
            about = {"workload": names[0]} if len(names) == 1 else {"namespace": namespace}
            named = [f"{name} ({reasons[name]})" if name in reasons else name for name in names]
            alert(kind, f"{name_some(named, NAMED)}: {what}", **about)
