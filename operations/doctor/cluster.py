"""The part of `finops doctor` about the cluster: is it there, what may we do, and who knows what it costs."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial

from activities.errors import IoError, KubernetesError
from activities.kube.rights import review_rights
from activities.kube.transport import KubeTransport
from operations.doctor.check_results import CheckResult, fail, ok, warn
from operations.doctor.sleepers import judge_contested
from operations.doctor.sources import check_costs, check_idleness
from operations.installation import Installation
from policies.rights.blindness import Use
from policies.rights.rights import Need, Right, describe_blindness, missing_sight
from policies.sleep.clocks import TOLERANCE, say_ahead


def check_cluster(installation: Installation, identity: Callable[[str | None], None]) -> list[CheckResult]:
    """What was found, all asked at once. `identity` is told which cluster it is as soon as that is known, or None."""
    try:
        cluster = installation.cluster
        transport = cluster.transport
        where = f"context {transport.context_name}, server {transport.server}"
        version, known = _read_version(transport), cluster.identity()
    except IoError as error:
        identity(None)
        named = f"{where}: " if isinstance(error, KubernetesError) else ""
        return [fail("cluster", f"{named}{error}")]
    identity(known)
    checks = {
        "rights": _check_rights,
        "Deployments": _check_listing,
        "costs": check_costs,
        "idleness": check_idleness,
    }
    with ThreadPoolExecutor(len(checks)) as threads:
        found = [
            each
            for results in threads.map(partial(list_results, installation), checks, checks.values())
            for each in results
        ]
    return [ok("cluster", f"{where}, Kubernetes {version}"), ok("cluster identity", known), *found]


def list_results(
    installation: Installation, subject: str, check: Callable[[Installation], Iterator[CheckResult]]
) -> list[CheckResult]:
    """What a check about `subject` finds. That it was not answered is a result, too."""
    try:
        return list(check(installation))
    except KubernetesError as error:
        return [fail(subject, str(error))]


def _read_version(transport: KubeTransport) -> str:
    reply = transport.request("GET", "/version")
    try:
        return str(json.loads(reply.body)["gitVersion"])
    except (ValueError, KeyError, TypeError):
        return "of unknown version"


def _check_rights(installation: Installation) -> Iterator[CheckResult]:
    yield from _judge_rights(review_rights(installation.cluster.transport), installation.cluster.uses)


def _judge_rights(rights: tuple[Right, ...], uses: frozenset[Use]) -> Iterator[CheckResult]:
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


def _check_listing(installation: Installation) -> Iterator[CheckResult]:
    workloads = [each for page in installation.cluster.workloads.list_all() for each in page.workloads]
    yield from judge_contested(workloads, datetime.now(UTC))
    ahead = installation.own_clock_ahead()
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
