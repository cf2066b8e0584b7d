"""What a command prints in a window, in a pipe, and where colours are not wanted."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from patience import PATIENCE_SECONDS
from services import clean_environment

from cli.console import Terminal
from cli.options import OutputFormat
from cli.tables import TableColumn
from policies.models import Frozen

SCRIPT = """
from cli.console import Terminal
from cli.tables import TableColumn
terminal = Terminal()
with terminal.counting("waking") as advance:
    advance(3, 1200)
terminal.say("the right to list deployments.apps in dev-payments is missing, so nothing in it is known", "yellow")
terminal.say("bold", "bold")
columns = ["Deployment", TableColumn(title="Why", is_prose=True)]
terminal.show_table(columns, [("dev-payments/audit-consumer-v5", "so " * 40)])
"""


def in_a_window(folder: Path, **environment: str) -> str:
    """What the script prints where standard output and error are one window of 80 columns."""
    ours, theirs = pty.openpty()
    variables = clean_environment() | {"TERM": "xterm", "COLUMNS": "80", "LINES": "24", **environment}
    (folder / "script.py").write_text(SCRIPT)
    with subprocess.Popen(
        [sys.executable, folder / "script.py"], stdout=theirs, stderr=theirs, env=variables
    ) as process:
        os.close(theirs)
        printed = b""
        try:
            while some := os.read(ours, 65_536):
                printed += some
        except OSError:  # that is how a window ends on Linux
            pass
        assert process.wait(timeout=PATIENCE_SECONDS) == 0
    os.close(ours)
    return printed.decode().replace("\r", "")


def test_sentences_are_wrapped_at_words_and_long_work_counts(tmp_path: Path) -> None:
    printed = in_a_window(tmp_path)
    assert "waking 3 of 1,200" in printed
    assert "dev-payments is missing, so nothing\x1b[0m\n" in printed or "is missing, so" in printed
    assert "dev-payments/audit-consumer-v5  so so" in printed
    assert all(len(line) <= 80 for line in printed.split("bold")[-1].splitlines())


@pytest.mark.parametrize(
    ("environment", "colour", "bold"),
    [
        ({}, True, True),
        ({"NO_COLOR": "1"}, False, True),
        ({"NO_COLOR": ""}, True, True),
        ({"TERM": "dumb"}, False, False),
    ],
    ids=["a window", "NO_COLOR", "NO_COLOR is empty", "a dumb one"],
)
def test_no_color_takes_the_colours_and_a_dumb_terminal_every_style(
    environment: dict[str, str], colour: bool, bold: bool, tmp_path: Path
) -> None:
    printed = in_a_window(tmp_path, **environment)
    assert ("\x1b[33m" in printed, "\x1b[1m" in printed) == (colour, bold)
    assert ("\x1b" in printed) is bool(colour or bold)


def test_a_pipe_gets_whole_lines_without_styles_or_signs_of_life(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    done = subprocess.run(
        [sys.executable, tmp_path / "script.py"], env=clean_environment(), capture_output=True, text=True, check=True
    )
    assert (done.stderr, len(done.stdout.splitlines()), "\x1b" in done.stdout) == ("", 4, False)


HOSTILE = "x\x1b[2J\x1b]0;t\x07\x9b8m\nnothing is asleep\udce9"
HARMLESS = "x [2J ]0;t  8m nothing is asleep\N{REPLACEMENT CHARACTER}"


def test_nothing_that_is_printed_moves_the_cursor_or_begins_a_line_of_its_own(
    capsys: pytest.CaptureFixture[str],
) -> None:
    terminal = Terminal()
    terminal.say(f"\npolicy {HOSTILE}: 1", style="bold")
    terminal.show_table(["Deployment", TableColumn(title="Why", is_prose=True)], [("dev/web", HOSTILE)])
    terminal.warn(HOSTILE)
    Terminal(OutputFormat.NAME).show(Frozen(), names=[HOSTILE])
    printed = capsys.readouterr()
    assert printed.out.splitlines() == [
        "",
        f"policy {HARMLESS}: 1",
        "Deployment  Why",
        f"dev/web     {HARMLESS}",
        HARMLESS,
    ]
    assert printed.err == f"{HARMLESS}\n"
