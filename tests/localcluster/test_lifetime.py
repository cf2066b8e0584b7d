import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from localcluster import LocalCluster
from localcluster.errors import ClusterAlreadyRunning, StartFailed
from localcluster.processes import belongs_to
from localcluster.settings import State
from localcluster.supervision import read_state

pytestmark = pytest.mark.cluster
Wait = Callable[[Callable[[], bool]], None]

PARENT = """
import sys, time
from pathlib import Path
from localcluster import LocalCluster
cluster = LocalCluster.start(Path(sys.argv[1]))
print("started", flush=True)
time.sleep(600)
"""


@contextmanager
def started_by_another_process(folder: Path) -> Iterator[tuple[subprocess.Popen[str], State]]:
    command = [sys.executable, "-c", PARENT, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        try:
            assert parent.stdout.readline() == "started\n"
            state = read_state(folder)
            assert state is not None
            yield parent, state
        finally:
            parent.kill()


def all_gone(state: State, folder: Path) -> bool:
    return not any(belongs_to(pid, folder) for pid in (state.supervisor, *state.pids.values()))


def test_two_at_once_know_nothing_of_each_other() -> None:
    with LocalCluster.start() as one, LocalCluster.start() as other:
        one.objects.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "only-here"}})
        assert one.server != other.server
        assert "only-here" not in [item["metadata"]["name"] for item in other.objects.list("/api/v1/namespaces")]
    assert not one.directory.exists()
    assert not other.directory.exists()


def test_a_folder_in_use_is_refused(cluster: LocalCluster) -> None:
    with pytest.raises(ClusterAlreadyRunning, match="already runs"):
        LocalCluster.start(cluster.directory)


def test_killing_the_parent_leaves_nothing_and_the_next_start_works(tmp_path: Path, wait_until: Wait) -> None:
    folder = tmp_path / "plane"
    with started_by_another_process(folder) as (parent, state):
        parent.kill()
        wait_until(lambda: all_gone(state, folder) and not folder.exists())
    with LocalCluster.start(folder) as next_one:
        assert next_one.objects.get("/readyz") == {"text": "ok"}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux sends a death signal")
def test_killing_the_supervisor_leaves_no_process_and_the_next_start_works(tmp_path: Path, wait_until: Wait) -> None:
    folder = tmp_path / "plane"
    with started_by_another_process(folder) as (_, state):
        os.kill(state.supervisor, signal.SIGKILL)
        wait_until(lambda: all_gone(state, folder))
        with LocalCluster.start(folder) as next_one:
            assert next_one.objects.get("/readyz") == {"text": "ok"}
    assert not folder.exists()


def test_a_cluster_left_running_outlives_its_parent_and_can_be_stopped_by_another(
    tmp_path: Path, wait_until: Wait
) -> None:
    folder = tmp_path / "plane"
    script = PARENT.replace("time.sleep(600)", "cluster.leave_running()")
    subprocess.run([sys.executable, "-c", script, str(folder)], check=True, capture_output=True)
    with LocalCluster.attach(folder) as attached:
        assert attached.objects.get("/readyz") == {"text": "ok"}
    state = read_state(folder)
    assert state is not None
    attached.stop()
    wait_until(lambda: all_gone(state, folder))
    assert not folder.exists()


def test_a_program_that_ends_during_start_is_named_with_its_last_words(tmp_path: Path) -> None:
    folder = tmp_path / "plane"
    with pytest.raises(StartFailed, match=r"(?s)kube-apiserver ended with 1 .*unknown flag: --no-such-flag"):
        LocalCluster.start(folder, extra_apiserver_args=("--no-such-flag",))
    assert not folder.exists()
