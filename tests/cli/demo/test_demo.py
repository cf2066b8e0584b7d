"""`finops demo` in a terminal, from its first line to its last, and what the README shows of it.

    RECORD_README=1 python -m pytest tests/cli/demo/test_demo.py

writes the README's excerpt anew.
"""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import pytest

README = Path(__file__).parents[3] / "README.md"
BLOCK = re.compile(r"(?<=<!-- demo-output -->\n).*?(?=<!-- /demo-output -->)", re.DOTALL)
EXCERPTS = (
    ("Policy weekend", "would save"),
    ("$ kubectl -n dev-shop get deploy", "recommender"),
    ("$ finops resume", "catalog is back"),
    ("Done in", "Done in"),
)
"""How the first and the last line of each part begin."""
PROMPT = b"Press Enter to go on to its end "
BOLD_GREEN_AND_PLAIN = {"0", "1", "1;32"}
_COLOUR = re.compile(r"\x1b\[([\d;]*)m")


@dataclass(frozen=True)
class Played:
    """What was seen, and what the pages said while it waited."""

    code: int
    text: str
    pages: tuple[int, ...]

    @property
    def lines(self) -> list[str]:
        """Without colours."""
        return [line.rstrip() for line in _COLOUR.sub("", self.text).replace("\r", "").splitlines()]


def read_until(terminal: int, awaited: bytes) -> bytes:
    """Everything up to some words, or to the end of the program."""
    seen = b""
    while not awaited or awaited not in seen:
        try:
            piece = os.read(terminal, 1 << 16)
        except OSError:  # so Linux ends a terminal whose program is gone
            break
        if not piece:
            break
        seen += piece
    return seen


@pytest.fixture(scope="module")
def played() -> Played:
    """The whole demo, by somebody who opens both pages and then presses Enter."""
    ours, theirs = os.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "cli", "demo"],
        env={**os.environ, "COLUMNS": "118", "TERM": "xterm"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    ) as demo:
        os.close(theirs)
        evening = read_until(ours, PROMPT)
        pages = []
        for address in re.findall(rb"http://127\.0\.0\.1:\d+/namespaces/\S+", evening):
            with urlopen(address.decode()) as answer:
                pages.append(answer.status)
        os.write(ours, b"\n")
        morning = read_until(ours, b"")
        code = demo.wait()
    os.close(ours)
    return Played(code, (evening + morning).decode(), tuple(pages))


def excerpt(lines: list[str]) -> str:
    """The parts that the README shows, each as it stood."""
    parts, rest = [], iter(lines)
    for first, last in EXCERPTS:
        part = [next(line for line in rest if line.startswith(first))]
        while not part[-1].startswith(last) and last not in part[-1]:
            part.append(next(rest))
        parts.append("\n".join(part))
    return "```\n" + "\n...\n".join(parts) + "\n```\n"


def timeless(text: str) -> str:
    """Without what differs from one run to the next: times, ages, ports, and the columns that follow their widths."""
    text = re.sub(r"\d+(\.\d+)? s\b|\b\d+m?\d*s\b", "SECONDS", text)
    text = re.sub(r"\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d\d \w{3}( \d{4})? \d\d:\d\d", "THEN", text)
    return re.sub(r"[ ]+", " ", re.sub(r"\d\d:\d\d|127\.0\.0\.1:\d+", "X", text))


@pytest.mark.cluster
def test_the_demo_ends_well_and_every_count_is_as_it_was(played: Played) -> None:
    assert played.code == 0, played.text
    assert any(re.match(r"Done in \d+ s: every replica count is as it was\.", line) for line in played.lines)


@pytest.mark.cluster
def test_in_a_terminal_it_waits_while_temporals_pages_can_be_opened(played: Played) -> None:
    assert len(played.pages) >= 2
    assert set(played.pages) == {200}


@pytest.mark.cluster
def test_it_shows_the_policies_the_zeros_and_the_record(played: Played) -> None:
    shown = "\n".join(played.lines)
    assert "\nmetadata: {name: weekend}\n" in shown
    assert re.search(r"^catalog +0/0 ", shown, re.MULTILINE)
    assert "\nfinops.io/original-replicas=5\n" in shown


@pytest.mark.cluster
def test_who_was_woken_is_not_forgotten_on_monday(played: Played) -> None:
    monday = played.lines[played.lines.index("$ finops status", played.lines.index("$ finops status") + 1) :]
    assert any(re.match(r"dev-shop/catalog +awake", line) for line in monday)


@pytest.mark.cluster
def test_nothing_is_coloured_by_accident(played: Played) -> None:
    assert set(_COLOUR.findall(played.text)) <= BOLD_GREEN_AND_PLAIN


@pytest.mark.cluster
def test_what_the_readme_shows_is_what_the_demo_prints(played: Played) -> None:
    made = excerpt(played.lines)
    readme = README.read_text(encoding="utf-8")
    if os.environ.get("RECORD_README"):
        README.write_text(BLOCK.sub(lambda _: made, readme), encoding="utf-8")
        return
    (shown,) = BLOCK.findall(readme)
    assert timeless(shown) == timeless(made)
