"""CronJobs that are due while a policy has their namespace asleep: what they call may not be there."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from activities.kube.objects.cron_jobs import CronJob
from operations.times import show_time
from policies.calendar.sleep_windows import running_window
from policies.policy.document import EnforcementPolicy
from policies.wording import count
from policies.workload import WorkloadRef

WITHOUT_END = timedelta(days=7)
"""How far is looked where a sleep has no end of its own."""
_MOST = 100
_DESCRIPTORS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
"""Those of Kubernetes; `@every 1h` is another of them, which counts from nowhere in particular."""


def warn_of_cron_jobs(
    cron_jobs: Iterable[CronJob], policy: EnforcementPolicy, namespaces: Collection[str], since: datetime
) -> Iterator[tuple[WorkloadRef, str]]:
    """One sentence for each that is due while the policy has these namespaces asleep from `since` on."""
    until = _end_of_sleep(policy, since)
    for job in cron_jobs:
        if job.namespace in namespaces and (due := _describe(job, since, until, policy.zone)):
            ref = WorkloadRef(namespace=job.namespace, name=job.name)
            yield ref, f"is a CronJob that {due} while {policy.name} has Deployments of its namespace asleep"


def _end_of_sleep(policy: EnforcementPolicy, since: datetime) -> datetime:
    window, longest = running_window(policy, since), policy.spec.resume_after
    ends = [] if window is None or window.end is None else [window.end]
    if longest is not None:
        ends.append(since + longest)
    return min(ends, default=since + WITHOUT_END)


def _describe(job: CronJob, since: datetime, until: datetime, zone: str) -> str:
    """When it is due, or nothing where it is not. One that cannot be read may be due at any time."""
    if job.schedule.startswith("@every "):
        return f"runs {job.schedule.removeprefix('@')}"
    expression = _DESCRIPTORS.get(job.schedule, job.schedule).replace("?", "*").upper()
    try:
        coming = CronSim(expression, since.astimezone(ZoneInfo(job.time_zone)) - timedelta(seconds=1))
        due = list(islice(_before(coming, until), _MOST + 1))
    except (CronSimError, KeyError, ValueError, OSError):  # the last three are ZoneInfo's
        return f"has a schedule that is not understood ({job.schedule[:60]!r}, {job.time_zone[:60]!r})"
    if not due:
        return ""
    times = "once" if len(due) == 1 else f"more than {_MOST} times" if len(due) > _MOST else count(len(due), "time")
    return f"is due {times} (first {show_time(due[0], zone)})"


def _before(coming: Iterator[datetime], until: datetime) -> Iterator[datetime]:
    for each in coming:
        if each >= until:
            return
        yield each
