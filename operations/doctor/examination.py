"""Everything that has to be in place, looked at once."""

import asyncio

from operations.doctor.check_results import CheckResult
from operations.doctor.cluster import check_cluster
from operations.doctor.credentials import check_credentials
from operations.doctor.policies import check_policies
from operations.doctor.temporal import check_temporal
from operations.doctor.this_machine import check_this_machine
from operations.installation import Installation


async def examine(installation: Installation) -> tuple[CheckResult, ...]:
    """How settings, policies, credentials, cluster and Temporal stand. What cannot be asked is a result, too.

    Raises SettingsError: without settings there is nothing to check.
    """
    here = await asyncio.to_thread(_check_without_them, installation)
    with installation.listener.progress("asking the cluster and Temporal"):
        of_cluster, of_temporal = await _ask(installation)
    return (*here, *of_cluster, *of_temporal)


def _check_without_them(installation: Installation) -> list[CheckResult]:
    return [
        *check_this_machine(installation),
        *check_policies(installation),
        *check_credentials(installation),
    ]


async def _ask(installation: Installation) -> tuple[list[CheckResult], list[CheckResult]]:
    """Both at once; Temporal's record is held against the cluster as soon as that has said which one it is."""
    loop = asyncio.get_running_loop()
    identity: asyncio.Future[str | None] = loop.create_future()

    def tell(known: str | None) -> None:
        loop.call_soon_threadsafe(identity.set_result, known)

    cluster = asyncio.to_thread(check_cluster, installation, tell)
    return await asyncio.gather(cluster, check_temporal(installation, identity))
