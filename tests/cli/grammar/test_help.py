"""What the command says of itself, and to fingers that slip."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from services import clean_environment
from typer.main import get_command

from cli.app import app
from cli.grammar.catalog import ALIASES, COMMANDS, Group
from cli.grammar.group import LazyGroup

WIDEST = 80
"""Columns of a terminal that nobody made wider."""


def as_group(command: object) -> LazyGroup:
    assert isinstance(command, LazyGroup)
    return command


GROUP = as_group(get_command(app))


def finops(*arguments: str, name: str = "finops") -> subprocess.CompletedProcess[str]:
    """Type a command, under the name of the program that was started."""
    typed = [sys.executable, "-c", f"import sys; sys.argv[0] = {name!r}; from cli.main import main; main()", *arguments]
    return subprocess.run(
        typed, env=clean_environment(), capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )


def test_every_command_stands_once_in_its_group_and_an_alias_beside_it() -> None:
    sections = finops("--help").stdout.split("\n\n")[3:]
    assert [section.splitlines()[0] for section in sections] == [f"{group}:" for group in Group]
    listed = [line[2:].split("  ")[0] for section in sections for line in section.strip().splitlines()[1:]]
    aliases = {command: alias for alias, command in ALIASES.items()}
    assert listed == [f"{name}, {aliases[name]}" if name in aliases else name for name in COMMANDS]


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_fits_into_eighty_columns(name: str) -> None:
    command = GROUP.load(name)
    context = command.context_class(command, info_name=name, parent=GROUP.context_class(GROUP, info_name="finops"))
    assert [line for line in command.get_help(context).splitlines() if len(line) > WIDEST] == []


def test_the_help_as_a_whole_fits_into_eighty_columns_and_cuts_nothing_off() -> None:
    lines = finops("--help").stdout.splitlines()[1:]
    assert [line for line in lines if len(line) > WIDEST or "..." in line] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_every_example_of_a_help_can_be_typed(name: str) -> None:
    examples = COMMANDS[name].examples
    assert examples
    for example in examples:
        typed = shlex.split(example, comments=False)
        words = typed[: next((index for index, word in enumerate(typed) if word in {"|", ">"}), len(typed))]
        assert words[0] == name
        with GROUP.load(name).make_context(name, words[1:]) as context:
            assert context.args == []


@pytest.mark.parametrize(("alias", "command"), ALIASES.items())
def test_an_alias_is_its_command(alias: str, command: str) -> None:
    name, _, rest = GROUP.resolve_command(GROUP.context_class(GROUP, info_name="finops"), [alias, "dev/web"])
    assert (name, rest) == (command, ["dev/web"])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("pln",), "No such command 'pln'. Did you mean 'plan'"),
        (("resum",), "Did you mean 'resume'"),
        (("slep",), "Did you mean 'sleep'"),
        (("xyzzy",), "No such command 'xyzzy'.\n"),
        (("status", "--namespce", "dev"), "--namespace"),
        (("--versoin",), "--version"),
        (("-n", "dev", "doctor"), "'doctor' is not about one namespace"),
        (("status", "-n", "dev", "-A"), "-n dev and -A contradict each other"),
        (("resume", "-n", "dev", "-A"), "one target"),
        (("pause", "web", "--for", "1h"), "the namespace of the context is not taken"),
        (("status", "-o", "xml"), "'--output' / '-o': 'xml' is not one of 'table', 'wide', 'json', 'yaml', 'name'.\n"),
        (("-o", "xml", "status"), "'--output' / '-o': 'xml' is not one of 'table'"),
        (("completion", "fishy"), "'bash|zsh|fish': 'fishy' is not one of 'bash', 'zsh', 'fish'.\n"),
        (("import", "kube-gren"), "'tool': 'kube-gren' is not one of"),
        (("costs", "--limit", "ten"), "'--limit': must be a whole number, not \"ten\""),
        (("costs", "--limit", "0"), "'--limit': must be at least 1, not \"0\""),
        (("calendar", "nights", "--days", "99999"), "'--days': must be at most 3,660, not \"99999\""),
        (("apply",), "name what to apply: a file, a directory, or - for standard input"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_slip_is_told_with_what_was_probably_meant(arguments: tuple[str, ...], says: str) -> None:
    done = finops(*arguments)
    assert (done.returncode, says in done.stderr) == (2, True), done.stderr


@pytest.mark.parametrize("started_as", ["/usr/local/bin/kubectl-finops", "kubectl-finops"])
def test_as_a_plugin_of_kubectl_it_is_called_as_people_type_it(started_as: str) -> None:
    assert finops("--help", name=started_as).stdout.startswith("Usage: kubectl finops [OPTIONS]")
    shown = finops("wake", "--help", name=started_as).stdout
    assert "Usage: kubectl finops resume" in shown
    assert "  kubectl finops resume dev-shop/web\n" in shown


@pytest.mark.parametrize("arguments", [("version",), ("--version",)])
def test_the_version_is_that_of_the_package_and_of_python(arguments: tuple[str, ...]) -> None:
    text = (Path(__file__).parents[3] / "pyproject.toml").read_text(encoding="utf-8")
    version = text.split('version = "')[1].split('"')[0]
    python = ".".join(map(str, sys.version_info[:3]))
    assert finops(*arguments).stdout == f"finops {version}, Python {python}\n"
    assert f'"version": "{version}"' in finops("version", "-o", "json").stdout
