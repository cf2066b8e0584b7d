from io import StringIO
from pathlib import Path

import pytest

from localcluster.building.binaries import provide_binaries, provide_helm
from localcluster.building.downloads import SETTING
from localcluster.building.programs import CONTROL_PLANE
from localcluster.errors import BinaryMissing, BuildFailed, CacheUnusable, GoMissing
from localcluster.progress import Progress

# Not downloaded, whatever this machine can reach.
BUILT = {SETTING: "never"}
# pip finds nothing, whatever this machine's configuration says.
UNREACHABLE_INDEX = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "", "PIP_CONFIG_FILE": "/dev/null"}


def program(path: Path, text: str = "#!/bin/sh\n") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def test_ready_programs_are_taken_as_they_are(tmp_path: Path) -> None:
    for each in CONTROL_PLANE.programs:
        program(tmp_path / each.name)
    assert provide_binaries({"KUBEBUILDER_ASSETS": str(tmp_path)}) == tmp_path


def test_a_program_missing_from_ready_ones_is_named(tmp_path: Path) -> None:
    program(tmp_path / "etcd")
    program(tmp_path / "kube-controller-manager")
    with pytest.raises(BinaryMissing, match=r"no executable kube-apiserver in it; put etcd, .* or unset the variable"):
        provide_binaries({"KUBEBUILDER_ASSETS": str(tmp_path)})


@pytest.mark.parametrize(
    ("go", "found"),
    [
        (None, "none is on the PATH"),
        ("#!/bin/sh\necho go version go1.21.4 linux/amd64\n", "go is 1.21"),
        ("#!/bin/sh\nexit 1\n", "go does not run"),
    ],
    ids=["none", "too-old", "broken"],
)
def test_without_a_compiler_and_a_network_one_sentence_says_what_to_do(
    go: str | None, found: str, tmp_path: Path
) -> None:
    if go:
        program(tmp_path / "bin" / "go", go)
    environment = {
        "PATH": str(tmp_path / "bin") if go else "",
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        **UNREACHABLE_INDEX,
        **BUILT,
    }
    with pytest.raises(GoMissing) as failure:
        provide_binaries(environment, Progress(StringIO()))
    sentence = str(failure.value)
    assert found in sentence
    assert "; install Go >= 1.26, or set KUBEBUILDER_ASSETS to a folder with etcd," in sentence
    assert "\n" not in sentence


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CacheUnusable, match="set XDG_CACHE_HOME"):
        provide_binaries({"XDG_CACHE_HOME": str(tmp_path / "file")}, Progress(StringIO()))


FAILS_ONCE = """#!/bin/sh
if [ "$1" = version ]; then echo go version go1.26.0 any/any; exit; fi
while [ "$1" != -o ]; do shift; done
echo "$3" >> "$LOG"
case $3 in
  */kube-apiserver) if [ ! -e "$LOG.failed" ]; then touch "$LOG.failed"; echo "disk is full" >&2; exit 1; fi ;;
esac
echo built > "$2"
/bin/chmod +x "$2"
"""


def test_a_build_that_broke_off_goes_on_where_it_stopped(tmp_path: Path) -> None:
    program(tmp_path / "bin" / "go", FAILS_ONCE)
    log = tmp_path / "built"
    environment = {
        "PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin",
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "LOG": str(log),
        **BUILT,
    }
    with pytest.raises(BuildFailed, match=r"(?s)Building kube-apiserver failed .*disk is full"):
        provide_binaries(environment, Progress(StringIO()))
    shown = StringIO()
    folder = provide_binaries(environment, Progress(shown))
    assert [line.rpartition("/")[2] for line in log.read_text().splitlines()] == [
        "v3",
        "kube-apiserver",
        "kube-apiserver",
        "kube-controller-manager",
    ]
    assert [line for line in shown.getvalue().splitlines() if line.endswith("...")] == [
        "[1/2] kube-apiserver ...",
        "[2/2] kube-controller-manager ...",
    ]
    assert {each.name for each in CONTROL_PLANE.programs} <= {path.name for path in folder.iterdir()}


def test_helm_is_built_apart_from_the_control_plane_and_only_when_asked_for(tmp_path: Path) -> None:
    program(tmp_path / "bin" / "go", FAILS_ONCE)
    log = tmp_path / "built"
    (tmp_path / "built.failed").touch()
    environment = {
        "PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin",
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "LOG": str(log),
        **BUILT,
    }
    folder = provide_binaries(environment, Progress(StringIO()))
    assert "helm" not in log.read_text()
    helm = provide_helm(environment, Progress(StringIO()))
    assert helm.name == "helm"
    assert helm.parent.parent == folder.parent
    assert log.read_text().splitlines()[-1] == "helm.sh/helm/v4/cmd/helm"


def test_without_a_compiler_one_sentence_names_helm_and_no_way_around_it(tmp_path: Path) -> None:
    environment = {"PATH": "", "XDG_CACHE_HOME": str(tmp_path), **UNREACHABLE_INDEX}
    with pytest.raises(GoMissing, match=r"^Helm v4\S+ must be built once .*; install Go >= 1\.26\.$"):
        provide_helm(environment, Progress(StringIO()))
