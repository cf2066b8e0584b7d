"""What stands against putting policies in force, looked at before anything is written."""

from collections.abc import Iterable

from temporalio.service import RPCError, RPCStatusCode

from operations.errors import Refused
from operations.installation import Installation
from operations.temporal import open_client
from policies.policy.document import EnforcementPolicy, Mode
from worker.errors import ConnectionFailed
from worker.temporal.schedules import try_schedule


def refuse_other_files(installation: Installation, applied: Iterable[EnforcementPolicy], names: Iterable[str]) -> None:
    """Raises Refused where a policy stands in a file of another name: a second one would put both out of force."""
    source, there = installation.policies, {policy.name for policy in applied}
    for name in names:
        if name in there and not source.holds(name):
            raise Refused(
                f"policy {name} stands in {source.place} in a file that apply did not write; "
                f"move it to {name}.yaml first"
            )


def refuse_every_namespace_unseen(installation: Installation, policies: Iterable[EnforcementPolicy]) -> None:
    """Raises Refused where `*` in Enforce has no selector, and what stands behind admission webhooks is not seen."""
    for policy in policies:
        scope = policy.spec.scope
        unselected = not scope.selector.match_labels and not scope.selector.match_expressions
        if policy.spec.mode is not Mode.ENFORCE or "*" not in scope.namespaces.include or not unselected:
            continue
        if not installation.cluster.backends.read().complete:
            raise Refused(
                f"policy {policy.name} includes every namespace in Enforce, and the right to list webhook "
                "configurations, APIServices and CRDs is missing: a Deployment that every write of this cluster "
                "depends on could be paused. Grant it, name the namespaces, or add a selector"
            )


async def refuse_times_that_temporal_refuses(installation: Installation, policies: Iterable[EnforcementPolicy]) -> None:
    """Raises Refused for a zone that only this machine knows, say: the policy would be in force, and never run.

    Without Temporal the worker tells when it is up.
    """
    timed = [policy for policy in policies if policy.spec.schedule is not None]
    if not timed:
        return
    try:
        client = await open_client(installation)
    except ConnectionFailed:
        return
    for policy in timed:
        try:
            await try_schedule(client, installation.settings.cluster, policy)
        except RPCError as error:
            if error.status is RPCStatusCode.INVALID_ARGUMENT:
                raise Refused(f"policy {policy.name}: Temporal does not take its times: {error.message}") from error
            installation.listener.warn(
                f"whether Temporal takes the times of policy {policy.name} is not known: {error.message}"
            )
