"""The half of `finops doctor` about the cluster: is it there, what may we do, what does it cost."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime

from activities.errors import IoError, KubernetesError
from activities.kube.rights import review_rights
from activities.kube.transport import KubeTransport
from cli.checkup import Finding, fail, ok, warn
from cli.ownclock import own_clock_ahead
from cli.session import Session
from policies.clocks import TOLERANCE, say_ahead
from policies.rights import Need, Right, Use, describe_blindness, missing_sight

_PROMETHEUS_SECONDS = 10.0


def check_cluster(session: Session) -> tuple[str | None, list[Finding]]:
    """The cluster's identity where it can be told, and what was found."""
    try:
        cluster = session.cluster
    except IoError as error:
        return None, [fail("cluster", str(error))]
    transport = cluster.transport
    where = f"context {transport.context_name}, server {transport.server}"
    try:
        version = _read_version(transport)
        identity = cluster.identity()
    except KubernetesError as error:
        return None, [fail("cluster", f"{where}: {error}")]
    found = [ok("cluster", f"{where}, Kubernetes {version}"), ok("cluster identity", identity)]
    try:
        found += _judge_rights(review_rights(transport), cluster.uses)
        found += _check_listing(session)
    except KubernetesError as error:
        found.append(fail("rights", str(error)))
    found += _check_costs(session)
    found += _check_idleness(session)
    return identity, found


def _read_version(transport: KubeTransport) -> str:
    reply = transport.request("GET", "/version")
    try:
        return str(json.loads(reply.body)["gitVersion"])
    except (ValueError, KeyError, TypeError):
        return "of unknown version"


def _judge_rights(rights: tuple[Right, ...], uses: frozenset[Use]) -> Iterator[Finding]:
    needed = [right for right in rights if right.kind is Need.NEEDED]
    missing = [right for right in needed if not right.allowed]
    if missing:
        names = "; ".join(f"{right} (to {right.name})" for right in missing)
        yield fail("rights needed", f"missing: {names}", "grant them to this identity; deploy/ has the role")
    else:
        yield ok("rights needed", ", ".join(map(str, needed)))
    unseen = missing_sight(rights, uses)
    for sentence in describe_blindness(unseen):
        yield warn("rights optional", f"not known: {sentence}", "grant it to this identity; deploy/ has the role")
    if not unseen:
        yield ok("rights optional", "all that the settings have a use for")
    surplus = [right for right in rights if right.kind is Need.SURPLUS and right.allowed]
    if surplus:
        names = "; ".join(f"{right} ({right.name})" for right in surplus)
        yield warn("rights surplus", f"more than is needed: {names}", "use an identity with the role of deploy/ only")
    else:
        yield ok("rights surplus", "none")


def _check_listing(session: Session) -> Iterator[Finding]:
    session.cluster.deployments.list_page()
    ahead = own_clock_ahead(session)
    if ahead is None:
        yield warn("clock", "the API server does not say what time it is: nothing is paused without comparing clocks")
    elif abs(ahead) > TOLERANCE:
        yield warn(
            "clock",
            f"this machine's is {say_ahead(ahead)} the API server's",
            "set the one that is wrong: a worker on a machine like this pauses nothing",
        )
    else:
        yield ok("clock", "agrees with the API server's")


def _check_costs(session: Session) -> Iterator[Finding]:
    settings = session.settings
    listed = f"price list {settings.prices}" if settings.prices else "the built-in price list"
    named = f"{settings.opencost_url}, held against {listed}" if settings.opencost_url else listed
    began = time.monotonic()
    try:
        costs = session.cluster.source.fetch(datetime.now(UTC))
    except IoError as error:
        yield fail("costs", str(error))
        return
    if costs.problem:
        yield fail("costs", costs.problem, "until it is mended, no policy with minHourlyCost pauses anything")
    elif costs.answered:
        yield ok("costs", f"{named}: {costs.answered}, answered in {time.monotonic() - began:.1f} s")
    else:
        yield ok("costs", named)


def _check_idleness(session: Session) -> Iterator[Finding]:
    settings = session.settings
    try:
        prometheus = session.cluster.prometheus(_PROMETHEUS_SECONDS)
    except IoError as error:
        yield fail("idleness", str(error))
        return
    if prometheus is None:
        yield ok(
            "idleness", "nothing measures it, so a policy with idleWindow pauses nothing; see FINOPS_PROMETHEUS_URL"
        )
        return
    from activities.idleness.checkup import find_series  # noqa: PLC0415 - only where there is a Prometheus

    found = find_series(prometheus, datetime.now(UTC), settings.prometheus_matchers)
    if found.problem:
        yield fail("idleness", found.problem, "until it is mended, no policy with idleWindow pauses anything")
    elif abs(found.ahead) > TOLERANCE:
        yield fail(
            "idleness", f"the clock of Prometheus is {say_ahead(found.ahead)} this machine's", "set the wrong one"
        )
    elif found.missing:
        yield warn(
            "idleness",
            f"{prometheus.url} has no {', '.join(found.missing)} at present",
            "scrape the kubelets' cAdvisor; check FINOPS_PROMETHEUS_MATCHERS",
        )
    else:
        yield ok("idleness", f"{prometheus.url} has {', '.join(sorted(found.present))}")
