"""Official binaries: taken only as pinned, and never a reason to fail."""

import hashlib
import io
import re
import tarfile
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler
from io import StringIO
from pathlib import Path

import pytest
from backgroundserver import BackgroundServer

from localcluster.building.builds import MODULES, provide_missing
from localcluster.building.downloads import SETTING, download
from localcluster.building.programs import CONTROL_PLANE, Kit, Program
from localcluster.building.releases import ETCD_VERSION, RELEASES, Archive
from localcluster.folders import KUBERNETES_VERSION
from localcluster.progress import Progress

KIT = Kit("a kit", (Program("one", "etcd", "example.invalid/one"), Program("two", "etcd", "example.invalid/two")), "")
BUILDS = """#!/bin/sh
if [ "$1" = version ]; then echo go version go1.26.0 any/any; exit; fi
while [ "$1" != -o ]; do shift; done
echo built > "$2"
/bin/chmod +x "$2"
"""


def packed(*names: str) -> bytes:
    """An archive in which each program holds its own name."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name in names:
            member = tarfile.TarInfo(f"release/bin/{name}")
            member.size = len(name)
            archive.addfile(member, io.BytesIO(name.encode()))
    return buffer.getvalue()


WHOLE = packed("one", "two")
PINNED = hashlib.sha256(WHOLE).hexdigest()
ARCHIVE = Archive(
    "https://releases.invalid/v1/kit.tar.gz",
    PINNED,
    "https://releases.invalid/v1/SHA256SUMS",
    ("release/bin/one", "release/bin/two"),
)


class Releases(BackgroundServer):
    """What a release serves by path, and what it was asked for. A proxy, too: those are asked for whole addresses."""

    def __init__(self, served: Mapping[str, bytes]) -> None:
        self.asked: list[str] = []
        releases = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                releases.asked.append(self.path)
                body = served.get(re.sub(r"^http://[^/]+", "", self.path))
                self.send_response(404 if body is None else 200)
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *_: object) -> None:
                """Nothing."""

        super().__init__(Handler)


PUBLISHED = {"/v1/SHA256SUMS": f"{PINNED}  kit.tar.gz\n".encode(), "/v1/kit.tar.gz": WHOLE}


@pytest.fixture
def releases() -> Iterator[Releases]:
    """All as it should be."""
    with Releases(PUBLISHED) as server:
        yield server


def test_the_programs_of_an_official_archive_are_taken_and_nothing_else_stays(
    releases: Releases, tmp_path: Path
) -> None:
    shown = StringIO()
    assert download((ARCHIVE,), tmp_path, {SETTING: releases.url}, Progress(shown))
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"one": "one", "two": "two"}
    assert all(path.stat().st_mode & 0o777 == 0o755 for path in tmp_path.iterdir())
    assert releases.asked == ["/v1/SHA256SUMS", "/v1/kit.tar.gz"]
    assert shown.getvalue().startswith("Downloading kit.tar.gz ...\n")


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"/v1/SHA256SUMS": b"f00d  kit.tar.gz\n"}, "the published hash of kit.tar.gz is not the pinned one"),
        ({"/v1/kit.tar.gz": packed("one", "evil")}, "kit.tar.gz as downloaded does not have the pinned hash"),
        ({"/v1/kit.tar.gz": WHOLE[:100]}, "kit.tar.gz as downloaded does not have the pinned hash"),
        ({"/v1/kit.tar.gz": None}, "127.0.0.1: Not Found"),
        ({"/v1/SHA256SUMS": None}, "127.0.0.1: Not Found"),
    ],
    ids=["other-hash-published", "changed", "cut-off", "no-archive", "no-release"],
)
def test_what_is_not_exactly_as_pinned_is_thrown_away_and_built(
    changed: Mapping[str, bytes | None], why: str, tmp_path: Path
) -> None:
    go = tmp_path / "bin" / "go"
    go.parent.mkdir()
    go.write_text(BUILDS)
    go.chmod(0o755)
    shown, folder = StringIO(), tmp_path / "kit"
    served = {path: body for path, body in {**PUBLISHED, **changed}.items() if body is not None}
    with Releases(served) as server:
        environment = {SETTING: server.url, "PATH": f"{go.parent}:/usr/bin:/bin"}
        provide_missing(KIT, folder, environment, Progress(shown), (ARCHIVE,))
    assert f"No official binaries ({why}): they are built instead\n" in shown.getvalue()
    assert {path.name: path.read_text() for path in folder.iterdir()} == {
        "one": "built\n",
        "two": "built\n",
        "build.lock": "",
    }


def test_an_archive_without_the_program_is_none(tmp_path: Path) -> None:
    body = packed("one")
    archive = Archive(ARCHIVE.address, hashlib.sha256(body).hexdigest(), ARCHIVE.published, ARCHIVE.programs)
    served = {"/v1/SHA256SUMS": archive.sha256.encode(), "/v1/kit.tar.gz": body}
    shown = StringIO()
    with Releases(served) as server:
        assert not download((archive,), tmp_path, {SETTING: server.url}, Progress(shown))
    assert "kit.tar.gz is not what was expected" in shown.getvalue()
    assert [path.name for path in tmp_path.iterdir()] == ["one"]


def test_where_nobody_answers_one_line_says_so(tmp_path: Path) -> None:
    with Releases({}) as server:
        gone = server.url
    shown = StringIO()
    assert not download((ARCHIVE,), tmp_path, {SETTING: gone}, Progress(shown))
    assert (
        shown.getvalue() == "No official binaries (127.0.0.1: [Errno 111] Connection refused): they are built instead\n"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("mirror", ["http://[x", "http://[::1]:port", "releases", "gopher://releases.invalid"])
def test_a_mirror_that_is_no_address_is_said_in_a_line_and_the_programs_are_built(mirror: str, tmp_path: Path) -> None:
    shown = StringIO()
    assert not download((ARCHIVE,), tmp_path, {SETTING: mirror}, Progress(shown))
    assert shown.getvalue().startswith("No official binaries (")
    assert shown.getvalue().endswith("): they are built instead\n")


def test_the_way_leads_through_the_proxy_that_the_environment_names(releases: Releases, tmp_path: Path) -> None:
    environment = {SETTING: "http://releases.invalid", "HTTP_PROXY": releases.url}
    assert download((ARCHIVE,), tmp_path, environment, Progress(StringIO()))
    assert releases.asked[0] == "http://releases.invalid/v1/SHA256SUMS"


@pytest.mark.parametrize("name", ["127.0.0.1", "mirror.example, 127.0.0.1", ".0.0.1", "*"])
def test_what_no_proxy_names_is_asked_without_one(name: str, releases: Releases, tmp_path: Path) -> None:
    with Releases({}) as proxy:
        environment = {SETTING: releases.url, "http_proxy": proxy.url, "NO_PROXY": name}
        assert download((ARCHIVE,), tmp_path, environment, Progress(StringIO()))
        assert proxy.asked == []


@pytest.mark.parametrize(
    ("archives", "setting"), [((ARCHIVE,), "never"), ((), "mirror")], ids=["switched-off", "none-pinned"]
)
def test_nothing_is_asked_for_where_it_is_switched_off_or_nothing_is_pinned(
    archives: tuple[Archive, ...], setting: str, releases: Releases, tmp_path: Path
) -> None:
    shown = StringIO()
    environment = {SETTING: releases.url if setting == "mirror" else setting}
    assert not download(archives, tmp_path, environment, Progress(shown))
    assert (shown.getvalue(), releases.asked) == ("", [])


@pytest.mark.parametrize("machine", RELEASES)
def test_each_pinned_release_holds_the_whole_kit_in_the_versions_that_are_built(machine: str) -> None:
    archives = RELEASES[machine]
    assert {path.rpartition("/")[2] for archive in archives for path in archive.programs} == {
        program.name for program in CONTROL_PLANE.programs
    }
    assert all(re.fullmatch("[0-9a-f]{64}", archive.sha256) for archive in archives)
    assert all(ETCD_VERSION in archive.address or KUBERNETES_VERSION in archive.address for archive in archives)
    assert f"go.etcd.io/etcd/server/v3 {ETCD_VERSION}" in (MODULES / "etcd" / "go.mod").read_text()
    assert f"k8s.io/kubernetes {KUBERNETES_VERSION}" in (MODULES / "kube" / "go.mod").read_text()
