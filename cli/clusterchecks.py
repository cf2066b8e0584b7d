"""The half of `finops doctor` about the cluster: is it there, and what may we do."""

import json
from collections.abc import Iterator

from activities.errors import IoError, KubernetesError
from activities.kube.rights import review_rights
from activities.kube.transport import KubeTransport
from cli.checkup import Finding, fail, ok, warn
from cli.ownclock import own_clock_ahead
from cli.session import Session
from cli.sourcechecks import check_sources
from policies.clocks import TOLERANCE, say_ahead
from policies.rights import Need, Right, Use, describe_blindness, missing_sight


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
    found += check_sources(session)
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
