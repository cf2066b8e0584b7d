"""What must not sleep because others call it: pods behind a Service that the API server or this service depends on."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from policies.models import Frozen
from policies.workload import Workload


class Backend(Frozen):
    """The pods behind one Service, or, where those cannot be told, all of its namespace."""

    namespace: str
    selector: Mapping[str, str] = {}
    """Labels of the pods; without any, every pod of the namespace."""
    because: str
    """Who calls it, as the end of a sentence about the workload."""

    def takes_in(self, workload: Workload) -> bool:
        """Whether the workload's pods are among these."""
        return workload.ref.namespace == self.namespace and self.selector.items() <= workload.template_labels.items()


class Backends(Frozen):
    """All of them, by namespace: most namespaces have none."""

    by_namespace: Mapping[str, tuple[Backend, ...]] = {}

    @classmethod
    def of(cls, backends: Iterable[Backend]) -> "Backends":
        """These; what is called for several reasons has the first."""
        grouped: dict[str, list[Backend]] = defaultdict(list)
        for each in backends:
            grouped[each.namespace].append(each)
        return cls(by_namespace={namespace: tuple(found) for namespace, found in grouped.items()})

    def behind(self, workload: Workload) -> Backend | None:
        """The first of them that the workload's pods belong to."""
        there = self.by_namespace.get(workload.ref.namespace, ())
        return next((each for each in there if each.takes_in(workload)), None)
