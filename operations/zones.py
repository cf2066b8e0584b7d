"""On whose clocks a time is told: those of the policy that it is about, where that is known, else this machine's."""

from collections import Counter
from collections.abc import Iterable

from operations.installation import Installation
from operations.policy_source import read_quietly
from policies import annotations as notes
from policies.models import Frozen
from policies.policy.document import EnforcementPolicy
from policies.workload import Workload


class Zones(Frozen):
    """The zones of the policies in force."""

    policies: tuple[EnforcementPolicy, ...] = ()

    def of(self, policy: str = "", namespace: str | None = None) -> str | None:
        """The IANA name of the zone for what is about a policy, by its name, or about something in a namespace.

        Where the policy is not in force (a pause by hand names none), it is the one that most of the policies with a
        schedule have that cover the namespace; without a namespace, that most of all have. None where there is none:
        this machine's zone.
        """
        named = next((each.zone for each in self.policies if each.name == policy), None)
        if named is not None:
            return named
        return _commonest(
            each for each in self.policies if namespace is None or each.spec.scope.covers_namespace(namespace)
        )

    def of_workload(self, workload: Workload) -> str | None:
        """The zone for a workload: that of the policy it sleeps under, else as for its namespace."""
        return self.of(workload.annotations.get(notes.PAUSED_BY, ""), workload.ref.namespace)


def read_zones(installation: Installation) -> Zones:
    """Those of the policies in force; none where they cannot be read."""
    return Zones(policies=read_quietly(installation) or ())


def _commonest(policies: Iterable[EnforcementPolicy]) -> str | None:
    """The first of the most frequent. A policy without a schedule has no clocks that anybody chose."""
    counted = Counter(each.zone for each in policies if each.spec.schedule is not None)
    return counted.most_common(1)[0][0] if counted else None
