"""What is not known without some right, and what that means."""

from dataclasses import dataclass
from enum import StrEnum


class Use(StrEnum):
    """What an optional right is for. What an installation does not do needs no right, and is not missed."""

    PAUSING = "pausing"
    IDLENESS = "idleness"
    NODE_PRICES = "node prices"
    POLICIES = "policies in the cluster"
    EVENTS = "events"
    PLANNING = "planning"


@dataclass(frozen=True)
class Blindness:
    """What is not known without some rights, and what that means."""

    what: str
    means: str
    use: Use = Use.PAUSING
    guards: bool = False
    """Whether a mark or a guard is not obeyed then, so that something may be paused, or stay asleep, wrongly."""
    by_default: bool = True
    """Whether the chart's default role has these rights, as it must where they guard."""

    def __str__(self) -> str:
        return f"{self.what}: {self.means}"


IDENTITY = Blindness(
    "whether an address leads to another cluster by now",
    "only its CA tells, so a cluster rebuilt with the same CA is taken for the old one, and workloads in it are paused",
    guards=True,
)
COPIES = Blindness(
    "the copies of records on ReplicaSets",
    "a sleeper that lost both its annotations and its workflow stays asleep until somebody scales it",
    guards=True,
)
AUTOSCALERS = Blindness(
    "which Deployments an autoscaler scales",
    "one that an autoscaler scaled last is left alone (AutoscalerUnknown); KEDA's others are not recognised and may be "
    "paused",
    guards=True,
)
NAMESPACES = Blindness(
    "what Namespaces say",
    "finops.io/exclude, exclude-until and awake-until on a Namespace are ignored, so what they protect may be paused; "
    "a namespace that is being deleted is not recognised",
    guards=True,
)
BACKENDS = Blindness(
    "which Deployments the API server itself calls (admission webhooks, aggregated APIs, CRD conversions)",
    "they may be paused like any other, and then the cluster may refuse every write, wakes among them",
    guards=True,
)
SERVICES = Blindness(
    "which Deployments stand behind a Service",
    "where a webhook's or a setting's address leads into a namespace, all of that namespace is left alone",
)
PODS = Blindness(
    "which pods run",
    "nothing is known to be idle, so a policy with idleWindow pauses nothing",
    use=Use.IDLENESS,
)
ROUTES = Blindness(
    "whose requests an ingress or a gateway counts",
    "they may be for any workload of the namespace they lead to, so nothing there is known to be idle",
    use=Use.IDLENESS,
)
NODES = Blindness(
    "the labels of nodes",
    "a pod on nodes with a price of their own has no price, so a policy with minHourlyCost leaves it alone",
    use=Use.NODE_PRICES,
    by_default=False,
)
POLICIES = Blindness(
    "the policies in the cluster",
    "none is known, so nothing is paused; what sleeps wakes at its time",
    use=Use.POLICIES,
)
STATUSES = Blindness(
    "whether statuses of policies can be written",
    "they stay as they were; pausing is not affected",
    use=Use.POLICIES,
)
DEFINITION = Blindness(
    "whether the CRD of policies holds every field that this program knows",
    "an older one drops some in silence, such as limits, and the policy is obeyed without them",
    use=Use.POLICIES,
    guards=True,
)
EVENTS = Blindness(
    "whether Events can be written",
    "no Event tells of a pause or a wake; pausing is not affected",
    use=Use.EVENTS,
    by_default=False,
)
CRON_JOBS = Blindness(
    "whether CronJobs are due while their namespace sleeps",
    "plan does not warn of them; they run, and may find asleep what they call",
    use=Use.PLANNING,
    by_default=False,
)
BUDGETS = Blindness(
    "which PodDisruptionBudgets want pods of what sleeps",
    "plan does not warn of them; an alert on unmet budgets fires every night",
    use=Use.PLANNING,
    by_default=False,
)
