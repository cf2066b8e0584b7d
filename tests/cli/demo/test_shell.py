"""What the demo shows where there is no kubectl: what kubectl would have shown, and that it was not asked."""

from io import StringIO
from pathlib import Path

import pytest
from deployments import create_ready, deployment
from rich.console import Console

from cli.demo.shell import Shell
from cli.demo.workloads import DemoWorkload
from localcluster import LocalCluster
from worker.processes import find_program


def shown(cluster: LocalCluster, folder: Path, workload: DemoWorkload, kubectl: Path | None) -> list[list[str]]:
    """The words of each line: the list of Deployments, then the annotations of one."""
    written = StringIO()
    shell = Shell(cluster, "demo", folder, folder / "state", Console(file=written, width=118), kubectl)
    shell.show_deployments(workload.namespace)
    shell.show_annotations(workload)
    return [line.split() for line in written.getvalue().splitlines()]


@pytest.mark.cluster
def test_without_kubectl_the_api_is_asked_for_the_same_and_it_says_so(
    cluster: LocalCluster, namespace: str, tmp_path: Path
) -> None:
    asleep = deployment(namespace, "asleep", replicas=0, annotations={"example.com/count": "3"})
    create_ready(cluster.objects, deployment(namespace, "catalog", replicas=2), asleep)
    workload = DemoWorkload(namespace, "asleep", 0)
    with_it = shown(cluster, tmp_path, workload, find_program("kubectl"))
    without = shown(cluster, tmp_path, workload, None)
    assert [line[:4] for line in with_it[1:4]] == without[1:4]
    assert ["example.com/count=3"] in without
    assert sorted(with_it[5:]) == sorted(without[5:])
    assert [" ".join(line) for line in (without[0], without[4])] == [
        f"(no kubectl on this machine; asked of the API server: kubectl -n {namespace} get deploy)",
        f"(no kubectl on this machine; asked of the API server: kubectl -n {namespace} annotate deploy asleep --list)",
    ]
