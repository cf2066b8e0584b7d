"""The part of `finops doctor` about costs and idleness: what they are known by, and what could not be seen."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from activities.errors import IoError
from operations.doctor.check_results import CheckResult, fail, ok, warn
from operations.installation import Installation
from operations.policy_source import read_quietly
from policies.sleep.clocks import TOLERANCE, say_ahead

if TYPE_CHECKING:
    from activities.idleness.look_around import Seen

_PROMETHEUS_SECONDS = 10.0
_NO_COSTS = "until it is mended, no policy with minHourlyCost pauses anything"
_NO_IDLENESS = "until it is mended, no policy with idleWindow pauses anything"


def check_costs(installation: Installation) -> Iterator[CheckResult]:
    """Whether the source answers, what it answered, and until when a worker would act on that."""
    settings = installation.settings
    listed = f"price list {settings.prices}" if settings.prices else "the built-in price list"
    named = f"{settings.opencost_url}, held against {listed}" if settings.opencost_url else listed
    began = time.monotonic()
    try:
        costs = installation.cluster.source.fetch(datetime.now(UTC))
    except IoError as error:
        yield fail("costs", str(error))
        return
    if costs.problem:
        yield fail("costs", costs.problem, _NO_COSTS + (f"; {costs.kept}" if costs.kept else ""))
    elif costs.answered:
        kept = f"; {costs.kept}" if costs.kept else ""
        yield ok("costs", f"{named}: {costs.answered}, answered in {time.monotonic() - began:.1f} s{kept}")
    else:
        yield ok("costs", named)


def check_idleness(installation: Installation) -> Iterator[CheckResult]:
    """Whether Prometheus answers what a run asks it, and what is not to be seen there."""
    try:
        prometheus = installation.cluster.prometheus(_PROMETHEUS_SECONDS)
    except IoError as error:
        yield fail("idleness", str(error))
        return
    if prometheus is None:
        yield ok(
            "idleness", "nothing measures it, so a policy with idleWindow pauses nothing; see FINOPS_PROMETHEUS_URL"
        )
        return
    from activities.idleness.look_around import look_around  # noqa: PLC0415 - only where there is a Prometheus

    seen = look_around(
        prometheus, datetime.now(UTC), read_quietly(installation) or (), installation.cluster.series_filters()
    )
    if seen.problem:
        yield fail("idleness", seen.problem, _NO_IDLENESS)
    elif abs(seen.ahead) > TOLERANCE:
        yield fail(
            "idleness", f"the clock of Prometheus is {say_ahead(seen.ahead)} this machine's", "set the wrong one"
        )
    else:
        yield _judge(prometheus.url, seen)


def _judge(url: str, seen: "Seen") -> CheckResult:
    about = f"{url}, asked as by {seen.policy}" if seen.policy else f"{url}, asked about all namespaces"
    if not seen.unseen:
        return ok("idleness", f"{about}: {', '.join(seen.there)}, and {seen.weeks} past weeks")
    told = "; ".join(f"{what}: {so}" for what, so in seen.unseen.items())
    return warn(
        "idleness",
        f"{about}, has not {told}",
        "scrape what is missing (the kubelets' cAdvisor, kube-state-metrics); check FINOPS_PROMETHEUS_MATCHERS",
    )
