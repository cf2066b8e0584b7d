"""What the documents tell people to type and to write: it can be typed, and it is valid."""

import re
import shlex
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import typer
from policytexts import read_policy_text

from cli.app import app
from policies.policy.document import EnforcementPolicy, Mode

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "deploy" / "README.md", *(ROOT / "docs").glob("*.md")])
_FENCE = re.compile(r"^ *```(\w+)\n(.*?)^ *```", re.DOTALL | re.MULTILINE)


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of a language."""
    text = page.read_text(encoding="utf-8")
    return [dedent(block) for name, block in _FENCE.findall(text) if name == language]


def typed(page: Path) -> list[str]:
    """Every `finops` line in the page's blocks for a shell, without what follows a pipe or a comment."""
    lines = [line for block in blocks(page, "sh") for line in block.replace("\\\n", " ").splitlines()]
    return [line for line in lines if re.match(r"(\S*/)?finops ", line.rpartition("&& ")[2])]


def shown_policies() -> list[tuple[str, str]]:
    """The page and the text of every policy that is shown, the shipped samples among them."""
    shown = [(page.name, block) for page in PAGES for block in blocks(page, "yaml")]
    shown += [
        (path.name, path.read_text(encoding="utf-8"))
        for path in (ROOT / "deploy" / "manifests" / "policies").glob("*.yaml")
    ]
    return [(name, text) for name, text in shown if "kind: EnforcementPolicy" in text]


def test_something_is_shown() -> None:
    assert len(shown_policies()) >= 6
    assert sum(len(typed(page)) for page in PAGES) >= 20


@pytest.mark.parametrize(("page", "text"), shown_policies(), ids=lambda value: value if len(value) < 40 else "")
def test_every_policy_that_is_shown_is_valid_and_none_acts_by_cost_alone(page: str, text: str) -> None:
    read = read_policy_text(text.encode(), page)
    assert read.problems == ()
    assert [policy.name for policy in read.policies if acts_on_the_busy(policy)] == []


def acts_on_the_busy(policy: EnforcementPolicy) -> bool:
    """Whether it pauses at any hour what is at work."""
    return policy.spec.mode is Mode.ENFORCE and policy.spec.schedule is None and policy.spec.idle_window is None


@pytest.mark.parametrize("page", [page for page in PAGES if typed(page)], ids=lambda page: str(page.name))
def test_every_command_that_is_shown_can_be_typed_as_printed(page: Path) -> None:
    for line in typed(page):
        command = re.split(r" [|>&]", line.rpartition("&& ")[2])[0]
        _, *words = shlex.split(command, comments=True)
        parse(words)


def parse(words: list[str]) -> None:
    """Read a command line as the program would, and do nothing. Raises UsageError where it would refuse it."""
    group: Any = typer.main.get_command(app)
    with group.make_context("finops", list(words)) as above:
        name, command, rest = group.resolve_command(above, words)
        assert command is not None, name
        command.make_context(name, rest, parent=above).close()
