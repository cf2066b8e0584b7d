"""CronJobs, of which `finops plan` warns where they are due while their namespace sleeps."""

from dataclasses import dataclass

from pydantic import Field

from activities.kube.lists import KubeModel, list_if_allowed
from activities.kube.models import ObjectMeta
from activities.kube.transport import KubeTransport

_CRON_JOBS = "/apis/batch/v1/cronjobs"


class _CronJobSpec(KubeModel):
    schedule: str = ""
    time_zone: str | None = Field(default=None, alias="timeZone")
    suspend: bool | None = None


class _CronJob(KubeModel):
    metadata: ObjectMeta
    spec: _CronJobSpec = _CronJobSpec()


@dataclass(frozen=True)
class CronJob:
    """One that is not suspended."""

    namespace: str
    name: str
    schedule: str
    time_zone: str = "UTC"
    """Without one of its own it follows the controller manager's, which cannot be asked for; most run in UTC."""


def read_cron_jobs(transport: KubeTransport) -> tuple[CronJob, ...] | None:
    """All that run, or None where the optional right to list them is missing. Raises KubernetesError."""
    listed = list_if_allowed(transport, _CRON_JOBS, _CronJob)
    if listed is None:
        return None
    return tuple(
        CronJob(
            namespace=each.metadata.namespace,
            name=each.metadata.name,
            schedule=each.spec.schedule,
            time_zone=each.spec.time_zone or "UTC",
        )
        for each in listed
        if not each.spec.suspend
    )
