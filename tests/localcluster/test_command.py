import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

# A proxy that nobody answers: everything on this machine must go past it.
DEAD_PROXY = {"HTTP_PROXY": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": ""}


def run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "localcluster", *map(str, arguments)]
    return subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=False)


@pytest.mark.cluster
def test_up_status_kubeconfig_and_down_go_through_a_whole_life(tmp_path: Path) -> None:
    folder = tmp_path / "plane"
    try:
        up = run("up", "--dir", folder, **DEAD_PROXY)
        again = run("up", "--dir", folder)
        status = run("status", "--dir", folder)
        kubeconfig = run("kubeconfig", "--dir", folder)
        mode = folder.stat().st_mode & 0o777
        document = json.loads(Path(kubeconfig.stdout.strip()).read_text())
    finally:
        down = run("down", "--dir", folder)
    server = document["clusters"][0]["cluster"]["server"]
    assert (up.returncode, up.stdout) == (0, f"kubeconfig {folder / 'kubeconfig'}\nserver {server}\n"), up.stderr
    assert (again.returncode, again.stdout) == (0, up.stdout)
    assert status.returncode == 0
    assert [line.split()[0] for line in status.stdout.splitlines() if " runs " in line] == [
        "supervisor",
        "etcd",
        "kube-apiserver",
        "kube-controller-manager",
    ]
    assert mode == 0o700
    assert down.returncode == 0
    assert not folder.exists()


def test_down_where_nothing_runs_is_no_failure(tmp_path: Path) -> None:
    done = run("down", "--dir", tmp_path / "nothing")
    assert (done.returncode, done.stdout) == (0, f"nothing runs in {tmp_path / 'nothing'}\n")


@pytest.mark.parametrize("command", ["status", "kubeconfig"])
def test_asking_about_nothing_fails_with_the_way_to_start_one(command: str, tmp_path: Path) -> None:
    done = run(command, "--dir", tmp_path)
    assert done.returncode == 1
    assert done.stderr == (
        f"localcluster: No control plane runs in {tmp_path}; start one with `python -m localcluster up`.\n"
    )


@pytest.mark.parametrize("command", ["up", "down"])
def test_a_folder_with_something_else_in_it_is_neither_used_nor_removed(command: str, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    (tmp_path / "etcd").touch(mode=0o755)
    (tmp_path / "kube-apiserver").touch(mode=0o755)
    (tmp_path / "kube-controller-manager").touch(mode=0o755)
    done = run(command, "--dir", tmp_path, KUBEBUILDER_ASSETS=str(tmp_path))
    assert done.returncode == 1
    assert done.stderr.startswith(f"localcluster: {tmp_path} cannot be used for a control plane: ")
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


@pytest.mark.parametrize(
    "arguments",
    [["sideways"], [], ["up", "--name", "../../etc"], ["up", "--name", "a", "--dir", "b"]],
    ids=["unknown-command", "no-command", "name-that-is-a-path", "name-and-folder"],
)
def test_wrong_usage_is_exit_code_two(arguments: list[str]) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert done.stderr.startswith("usage: localcluster")


@pytest.mark.parametrize("command", ["down", "status", "kubeconfig"])
def test_the_folder_of_what_runs_is_not_called_a_new_one(command: str) -> None:
    shown = run(command, "--help").stdout
    assert "the folder in which `up` started it" in " ".join(shown.split())
    assert "new or empty" not in shown


def test_to_build_is_also_to_download_and_takes_no_folder() -> None:
    shown = " ".join(run("build", "--help").stdout.split())
    assert "only bring the programs into the user's cache: downloaded, or else built" in shown
    assert "--dir" not in shown


def test_missing_programs_are_told_in_one_sentence_without_a_traceback(tmp_path: Path) -> None:
    done = run("up", "--dir", tmp_path / "plane", KUBEBUILDER_ASSETS=str(tmp_path))
    assert done.returncode == 1
    assert "there is no executable etcd in it" in done.stderr
    assert "Traceback" not in done.stderr
