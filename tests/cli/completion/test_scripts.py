"""The scripts in the shells that they are for, beside a `finops` that answers what the test says."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from cli.completion.scripts import SCRIPTS

ANSWERS = """#!/bin/sh
echo "$@" > "$ASKED"
printf 'resume\\tWake some: those of a namespace, or all.\\nrelease\\tEnd a hold.\\n'
echo "$DIRECTIVE"
"""
BASH = """
source ./script
COMP_WORDS=(finops "$@"); COMP_CWORD=$#
_finops_complete
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a `finops` on the path, a file to be completed, and the scripts."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "finops").write_text(ANSWERS)
    (tmp_path / "bin" / "finops").chmod(0o755)
    (tmp_path / "re policy.yaml").write_text("")
    for shell, script in SCRIPTS.items():
        (tmp_path / shell).write_text(script)
    return tmp_path


def run(folder: Path, *typed: str, directive: str = ":4") -> list[str]:
    environment = {
        "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder),
        "ASKED": str(folder / "asked"),
        "DIRECTIVE": directive,
    }
    done = subprocess.run(typed, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout.splitlines()


def complete_in_bash(folder: Path, *words: str, directive: str = ":4") -> list[str]:
    (folder / "script").write_text(SCRIPTS["bash"])
    return run(folder, "bash", "--norc", "-c", BASH, "bash", *words, directive=directive)


def test_bash_offers_the_words_without_their_help(folder: Path) -> None:
    assert complete_in_bash(folder, "-n", "dev shop", "re") == ["resume", "release"]
    assert (folder / "asked").read_text() == "__complete -n dev shop re\n"


def test_bash_adds_files_only_where_they_are_meant(folder: Path) -> None:
    assert complete_in_bash(folder, "re", directive=":0") == ["resume", "release", "re policy.yaml"]


def test_bash_offers_nothing_where_the_program_is_gone(folder: Path) -> None:
    (folder / "bin" / "finops").unlink()
    assert complete_in_bash(folder, "re") == [""]


@pytest.mark.skipif(shutil.which("fish") is None, reason="there is no fish here")
def test_fish_offers_the_words_with_their_help_and_files_where_they_are_meant(folder: Path) -> None:
    line = "source fish; complete -C 'finops re'"
    told = ["release\tEnd a hold.", "resume\tWake some: those of a namespace, or all."]
    assert sorted(run(folder, "fish", "--no-config", "-c", line)) == told
    with_files = sorted(run(folder, "fish", "--no-config", "-c", line, directive=":0"))
    assert with_files == ["re policy.yaml", *told]


@pytest.mark.skipif(shutil.which("zsh") is None, reason="there is no zsh here")
def test_zsh_describes_the_words_and_adds_files_where_they_are_meant(folder: Path) -> None:
    line = (
        '_describe() { print -l -- "${(@P)3}" }; _files() { print files }; compdef() { : };'
        "source ./zsh; words=(finops re); CURRENT=2; _finops"
    )
    told = ["resume:Wake some: those of a namespace, or all.", "release:End a hold."]
    assert run(folder, "zsh", "-f", "-c", line) == told
    assert run(folder, "zsh", "-f", "-c", line, directive=":0") == [*told, "files"]


@pytest.mark.parametrize("shell", SCRIPTS)
def test_every_script_begins_with_how_to_install_it(shell: str) -> None:
    comments = [line for line in SCRIPTS[shell].splitlines()[:8] if line.startswith("#")]
    assert any(f"finops completion {shell} >" in line for line in comments)
