"""Readers that go, and people who break a command off."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from kubeconfigs import kubeconfig_at
from patience import PATIENCE_SECONDS
from services import clean_environment, enforcing

PRINTS_UNTIL_UNREAD = """
from cli.console import Terminal
from cli.streams import outlive_readers

outlive_readers()
terminal = Terminal()
while not terminal.unread:
    terminal.say("a line")
"""


def shell(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Type a line into a shell whose pipes fail with any of their commands."""
    variables = clean_environment() | {"HOME": str(folder), "FINOPS_STATE_DIR": str(folder / "state")}
    program = f"{sys.executable} -m cli"
    typed = ["bash", "-o", "pipefail", "-c", line.replace("finops", program)]
    return subprocess.run(typed, env=variables, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS)


@pytest.fixture
def policies(tmp_path: Path) -> Path:
    """A file with more policies than a pipe holds."""
    file = tmp_path / "policies.yaml"
    night = "  schedule:\n    timeZone: UTC\n    asleep: [{from: '20:00', to: '07:00'}]\n"
    file.write_text("---\n".join(enforcing(f"nights-{number}", "dev") + night for number in range(3)))
    return file


@pytest.mark.parametrize(
    "command",
    ["finops --help", "finops resume --help", "finops version", "finops completion bash", "finops __complete ''"],
)
def test_a_reader_that_has_read_enough_is_no_fault(command: str, tmp_path: Path) -> None:
    done = shell(f"{command} | head -1", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 1


@pytest.mark.parametrize("form", ["table", "json"])
def test_more_than_a_pipe_holds_goes_nowhere_without_a_word(form: str, tmp_path: Path, policies: Path) -> None:
    done = shell(f"finops calendar {policies} --days 3660 -o {form} | head -1", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_what_prints_for_ever_stops_when_nobody_reads_it(tmp_path: Path) -> None:
    (tmp_path / "printer.py").write_text(PRINTS_UNTIL_UNREAD)
    done = shell(f"{sys.executable} {tmp_path / 'printer.py'} | head -1", tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "a line\n", "")


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_a_stream_that_was_never_open_is_none_either(closed: str, tmp_path: Path) -> None:
    done = shell(f"finops version {closed}", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_reader_that_is_gone_hides_no_failure(tmp_path: Path) -> None:
    assert shell("finops status 2>&1 | true", tmp_path).returncode == 1


@pytest.fixture
def deaf() -> Iterator[socket.socket]:
    """A server that never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(60)
        yield listening


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (("plan",), "finops: interrupted\n"),
        (("resume", "dev/web", "--direct"), "finops: interrupted; what was asked for so far goes on"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_ctrl_c_ends_a_command_at_once_with_a_line_and_130(
    command: tuple[str, ...], says: str, deaf: socket.socket, tmp_path: Path
) -> None:
    (tmp_path / "kubeconfig").write_text(kubeconfig_at(deaf.getsockname()[1]))
    variables = clean_environment() | {"HOME": str(tmp_path), "KUBECONFIG": str(tmp_path / "kubeconfig")}
    with (tmp_path / "err").open("wb") as err:
        process = subprocess.Popen([sys.executable, "-m", "cli", *command], env=variables, stderr=err)
    connection, _ = deaf.accept()
    with connection:
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=PATIENCE_SECONDS) == 130
    told = (tmp_path / "err").read_text()
    assert says in told
    assert "Traceback" not in told


def test_ctrl_c_at_a_question_says_that_nothing_was_changed(tmp_path: Path) -> None:
    (tmp_path / "kubeconfig").write_text(kubeconfig_at(9))
    variables = clean_environment() | {"HOME": str(tmp_path), "KUBECONFIG": str(tmp_path / "kubeconfig")}
    person, terminal = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "cli", "keep-awake", "-A", "--for", "1h"],
        env=variables,
        stdin=terminal,
        stdout=subprocess.DEVNULL,
        stderr=terminal,
    )
    shown = b""
    while b"Go on?" not in shown:
        shown += os.read(person, 1024)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=PATIENCE_SECONDS) == 130
    assert b"interrupted; nothing was changed" in os.read(person, 1024)
    os.close(person)
    os.close(terminal)
