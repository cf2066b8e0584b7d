"""The rights in a cluster: what is needed, what helps and what is not known without it, and what nobody should have.

One table, which doctor, plan, explain, status and a worker's start read, and which the chart's role is held against.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from enum import StrEnum


class Need(StrEnum):
    """What a right is to us."""

    NEEDED = "needed"
    OPTIONAL = "optional"
    SURPLUS = "surplus"


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
    "only its CA tells, so a cluster that was made anew with the same one is taken for the old one, and paused in",
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
    "finops.io/exclude, exclude-until and awake-until on a Namespace do not count, so that what they keep out may be "
    "paused; nor is a namespace recognised that is being deleted",
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
    "they may be anybody's in the namespace they lead to, so nothing there is known to be idle",
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
    "there are none, so nothing is paused; what sleeps wakes at its time",
    use=Use.POLICIES,
)
STATUSES = Blindness(
    "whether statuses of policies can be written",
    "they stay as they were; pausing is not touched",
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
    "none tells of a pause or a wake; pausing is not touched",
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
    "plan does not warn of them; whoever watches budgets is told every night that they are not met",
    use=Use.PLANNING,
    by_default=False,
)


@dataclass(frozen=True)
class Right:
    """A verb on a resource, in all namespaces unless one is named."""

    name: str
    verb: str
    resource: str
    group: str = ""
    kind: Need = Need.NEEDED
    namespace: str = ""
    subresource: str = ""
    object_name: str = ""
    without: Blindness | None = field(default=None, repr=False)
    """Of an optional right."""
    allowed: bool = False

    def __str__(self) -> str:
        resource = f"{self.resource}/{self.subresource}" if self.subresource else self.resource
        return f"{self.verb} {resource}" + (f".{self.group}" if self.group else "")


def _helps(
    name: str,
    verb: str,
    resource: str,
    without: Blindness,
    group: str = "",
    *,
    namespace: str = "",
    subresource: str = "",
    object_name: str = "",
) -> Right:
    return Right(name, verb, resource, group, Need.OPTIONAL, namespace, subresource, object_name, without)


_ADMISSION, _CRDS = "admissionregistration.k8s.io", "apiextensions.k8s.io"

RIGHTS = (
    Right("list Deployments", "list", "deployments", "apps"),
    Right("read a Deployment", "get", "deployments", "apps"),
    Right("annotate Deployments", "patch", "deployments", "apps"),
    Right("scale Deployments", "patch", "deployments", "apps", subresource="scale"),
    _helps("recognise the cluster", "get", "services", IDENTITY, namespace="default", object_name="kubernetes"),
    _helps("find copies of records", "list", "replicasets", COPIES, "apps"),
    _helps("see autoscalers", "list", "horizontalpodautoscalers", AUTOSCALERS, "autoscaling"),
    _helps("see KEDA's autoscalers", "list", "scaledobjects", AUTOSCALERS, "keda.sh"),
    _helps("read what Namespaces say", "list", "namespaces", NAMESPACES),
    _helps("protect validating webhooks", "list", "validatingwebhookconfigurations", BACKENDS, _ADMISSION),
    _helps("protect mutating webhooks", "list", "mutatingwebhookconfigurations", BACKENDS, _ADMISSION),
    _helps("protect aggregated APIs", "list", "apiservices", BACKENDS, "apiregistration.k8s.io"),
    _helps("protect CRD conversions", "list", "customresourcedefinitions", BACKENDS, _CRDS),
    _helps("find what serves them", "get", "services", SERVICES),
    _helps("measure idleness, and price pods by node", "list", "pods", PODS),
    _helps("tell whose requests an ingress counts", "list", "services", ROUTES),
    _helps("tell whose requests a gateway counts", "list", "httproutes", ROUTES, "gateway.networking.k8s.io"),
    _helps("price nodes by label", "list", "nodes", NODES),
    _helps("read policies in the cluster", "list", "enforcementpolicies", POLICIES, "finops.io"),
    _helps("tell how they are", "patch", "enforcementpolicies", STATUSES, "finops.io", subresource="status"),
    _helps(
        "see how old their CRD is",
        "get",
        "customresourcedefinitions",
        DEFINITION,
        _CRDS,
        object_name="enforcementpolicies.finops.io",
    ),
    _helps("write Kubernetes Events", "create", "events", EVENTS, "events.k8s.io"),
    _helps("warn of CronJobs", "list", "cronjobs", CRON_JOBS, "batch"),
    _helps("warn of PodDisruptionBudgets", "list", "poddisruptionbudgets", BUDGETS, "policy"),
    Right("delete Deployments", "delete", "deployments", "apps", Need.SURPLUS),
    Right("create Deployments", "create", "deployments", "apps", Need.SURPLUS),
    Right("replace Deployments", "update", "deployments", "apps", Need.SURPLUS),
    Right("read Secrets", "get", "secrets", kind=Need.SURPLUS),
    Right("do anything", "*", "*", "*", Need.SURPLUS),
)

OWN_RIGHTS = Right(
    "ask for one's own rights",
    "create",
    "selfsubjectaccessreviews",
    "authorization.k8s.io",
    Need.OPTIONAL,
    without=Blindness("which rights it has", "whatever else it may not see is not told"),
)
"""Everybody has it by default. Nobody can ask for this one, so it is not among the others."""


def sight_for(uses: Collection[Use]) -> tuple[Right, ...]:
    """The optional rights that these uses have a use for."""
    return tuple(each for each in RIGHTS if each.without and each.without.use in uses)


def missing_sight(rights: Iterable[Right], uses: Collection[Use]) -> tuple[Right, ...]:
    """The optional rights of these uses that are not there."""
    return tuple(each for each in rights if each.without and not each.allowed and each.without.use in uses)


def describe_blindness(missing: Iterable[Right | str]) -> tuple[str, ...]:
    """What is not known and what that means, one sentence for each thing, with the rights that would show it.

    A right may be given by its name alone, as results carry it; one that this program does not know stands for itself.
    """
    by_name = {each.name: each for each in (*RIGHTS, OWN_RIGHTS)}
    rights: dict[str, list[str]] = defaultdict(list)
    for each in missing:
        right = by_name.get(each) if isinstance(each, str) else each
        if right is None or right.without is None:
            rights[f"whatever takes the right to {each}"] = []
        else:
            rights[str(right.without)].append(str(right))
    return tuple(f"{said} (missing: {', '.join(grants)})" if grants else said for said, grants in rights.items())
