from collections.abc import Callable

import pytest

from activities.kube.objects.cron_jobs import CronJob, read_cron_jobs
from activities.kube.transport import KubeTransport
from localcluster import LocalCluster

pytestmark = pytest.mark.cluster


def test_those_that_run_are_listed_and_suspended_ones_are_not(
    cluster: LocalCluster, transport: KubeTransport, namespace: str
) -> None:
    for name, extra in (("nightly", {"timeZone": "Europe/Berlin"}), ("hourly", {}), ("off", {"suspend": True})):
        pod = {"restartPolicy": "Never", "containers": [{"name": "main", "image": "example.com/report:1"}]}
        cluster.objects.create(
            {
                "apiVersion": "batch/v1",
                "kind": "CronJob",
                "metadata": {"namespace": namespace, "name": name},
                "spec": {
                    "schedule": "0 2 * * *",
                    "jobTemplate": {"spec": {"template": {"spec": pod}}},
                    **extra,
                },
            }
        )
    try:
        listed = [job for job in read_cron_jobs(transport) or () if job.namespace == namespace]
        assert listed == [
            CronJob(namespace, "hourly", "0 2 * * *", "UTC"),
            CronJob(namespace, "nightly", "0 2 * * *", "Europe/Berlin"),
        ]
    finally:
        cluster.objects.delete(f"/apis/batch/v1/namespaces/{namespace}/cronjobs")


def test_without_the_right_to_list_them_nobody_knows(as_service_account: Callable[..., KubeTransport]) -> None:
    assert read_cron_jobs(as_service_account()) is None
