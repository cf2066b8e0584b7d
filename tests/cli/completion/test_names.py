"""What completion remembers of a cluster, and where it does without."""

import os
import sys
import time
from pathlib import Path

import pytest
from deployments import create_ready, deployment, wait_for
from services import Service, enforcing
from sleepers import sleeper

from cli.completion.cache import FAILED_SECONDS, FRESH_SECONDS, STALE_SECONDS, Known, Remembered, cache_folder
from localcluster import LocalCluster


def aged(folder: Path, key: str, seconds: float) -> None:
    """Make an answer as old as that."""
    then = time.time() - seconds
    os.utime(folder / f"{key}.json", (then, then))


def test_names_count_for_a_while(tmp_path: Path) -> None:
    Remembered(tmp_path, "k").write(["a/b"])
    assert Remembered(tmp_path, "k").read() == Known(["a/b"])
    assert Remembered(tmp_path, "other").read() is None
    aged(tmp_path, "k", FRESH_SECONDS + 1)
    assert Remembered(tmp_path, "k").read() == Known(["a/b"], stale=True)
    aged(tmp_path, "k", STALE_SECONDS + 1)
    assert Remembered(tmp_path, "k").read() is None


def test_who_asks_anew_is_not_asked_for_again_meanwhile(tmp_path: Path) -> None:
    Remembered(tmp_path, "k").write(["a/b"])
    aged(tmp_path, "k", FRESH_SECONDS + 1)
    Remembered(tmp_path, "k").touch()
    assert Remembered(tmp_path, "k").read() == Known(["a/b"])


def test_a_cluster_that_gave_no_answer_is_left_in_peace_for_a_moment(tmp_path: Path) -> None:
    Remembered(tmp_path, "k").write(None)
    assert Remembered(tmp_path, "k").read() == Known([])
    aged(tmp_path, "k", FAILED_SECONDS + 1)
    assert Remembered(tmp_path, "k").read() is None


@pytest.mark.parametrize("text", ["", "{", "12"], ids=["empty", "cut off", "no list"])
def test_what_is_broken_is_asked_for_anew(text: str, tmp_path: Path) -> None:
    (tmp_path / "k.json").write_text(text)
    assert Remembered(tmp_path, "k").read() is None


def test_a_folder_that_takes_nothing_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    Remembered(tmp_path / "file", "k").write(["a/b"])
    assert Remembered(tmp_path / "file", "k").read() is None


@pytest.mark.parametrize("planted", ["k.{pid}", "k.json"])
def test_nothing_is_written_through_a_link_that_somebody_put_there(planted: str, tmp_path: Path) -> None:
    victim, folder = tmp_path / "victim", tmp_path / "completion"
    victim.write_text("precious")
    folder.mkdir(mode=0o700)
    (folder / planted.format(pid=os.getpid())).symlink_to(victim)
    Remembered(folder, "k").write(["a/b"])
    assert victim.read_text() == "precious"


@pytest.mark.parametrize("foreign", ["others may write", "a link", "somebody else's"])
def test_a_folder_that_is_not_the_users_own_is_neither_read_nor_written(foreign: str, tmp_path: Path) -> None:
    own, folder = tmp_path / "own", tmp_path / "completion"
    Remembered(own, "k").write(["a/b"])
    if foreign == "a link":
        folder.symlink_to(own)
    else:
        own.rename(folder)
        if foreign == "others may write":
            folder.chmod(0o777)
        elif os.getuid() == 0:
            os.chown(folder, 65_534, -1)
        else:
            pytest.skip("needs the right to give a folder away")
    assert Remembered(folder, "k").read() is None
    Remembered(folder, "new").write(["c/d"])
    assert not (folder / "new.json").exists()


def test_old_answers_are_removed_on_the_way(tmp_path: Path) -> None:
    Remembered(tmp_path, "old").write(["a/b"])
    aged(tmp_path, "old", 24 * 3600)
    Remembered(tmp_path, "new").write(["c/d"])
    assert [file.name for file in tmp_path.iterdir()] == ["new.json"]


@pytest.mark.cluster
def test_workloads_namespaces_and_policies_are_completed_from_the_cluster(
    cluster: LocalCluster, namespace: str, tmp_path: Path
) -> None:
    create_ready(cluster.objects, deployment(namespace, "shop"), deployment(namespace, "search"))
    service = Service(cluster.kubeconfig, tmp_path, cluster="completing")
    (tmp_path / "idle.yaml").write_text(enforcing("idle", namespace))
    service.run("apply", str(tmp_path / "idle.yaml"))
    cache = str(tmp_path / "cache")

    def complete(*words: str) -> list[str]:
        return service.run("__complete", *words, XDG_CACHE_HOME=cache).stdout.splitlines()

    assert complete("explain", f"{namespace}/s") == [f"{namespace}/search", f"{namespace}/shop", ":4"]
    assert complete("explain", "-n", namespace, "sh") == ["shop", ":4"]
    assert namespace in complete("status", "-n", namespace[:4])
    assert complete("delete", "") == ["idle", ":4"]
    assert complete("status", "--context", "") == ["localcluster", ":4"]
    remembered = list((tmp_path / "cache").rglob("*.json"))
    assert len(remembered) == 4  # a namespace's workloads, the namespaces, policies and contexts
    # Half a minute later the old names are there at once, and the new one as soon as somebody has asked.
    create_ready(cluster.objects, deployment(namespace, "stock"))
    for file in remembered:
        os.utime(file, (time.time() - FRESH_SECONDS - 1,) * 2)
    assert complete("explain", f"{namespace}/st") == [":4"]
    wait_for(lambda: complete("explain", f"{namespace}/st")[0] == f"{namespace}/stock", what="the new name")


@pytest.mark.cluster
def test_only_what_sleeps_is_offered_to_be_woken(cluster: LocalCluster, namespace: str, tmp_path: Path) -> None:
    cluster.objects.create(deployment(namespace, "shop"))
    cluster.objects.create(deployment(namespace, "slow", replicas=0, annotations=sleeper("slow").annotations))
    service = Service(cluster.kubeconfig, tmp_path, cluster="completing")
    for words in (("resume", f"{namespace}/s"), ("wake", "-n", namespace, "s")):
        offered, last = service.run("__complete", *words, XDG_CACHE_HOME=str(tmp_path)).stdout.splitlines()
        assert (offered.rpartition("/")[2], last) == ("slow", ":4")


@pytest.mark.parametrize("given", ["", "relative", "./cache"])
def test_a_relative_cache_folder_is_ignored(given: str, tmp_path: Path) -> None:
    usual = tmp_path / ("Library/Caches" if sys.platform == "darwin" else ".cache")
    assert cache_folder({"HOME": str(tmp_path), "XDG_CACHE_HOME": given}) == usual / "finops-enforcer" / "completion"
    absolute = cache_folder({"HOME": str(tmp_path), "XDG_CACHE_HOME": "/var/cache"})
    assert absolute == Path("/var/cache/finops-enforcer/completion")


def test_a_cluster_that_is_away_gives_no_names_and_no_error(tmp_path: Path) -> None:
    service = Service(tmp_path / "none", tmp_path, cluster="away")
    done = service.run("__complete", "resume", "", XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert (done.stdout, done.stderr) == (":4\n", "")
