"""The policy documents that a command is given: files and directories by their names or behind `-f`, or `-`."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from activities.policy_sources.files import is_standard_input
from cli.console import Terminal
from operations.plans.policies import load_policies
from policies.policy.document import EnforcementPolicy

Documents = Annotated[
    list[Path] | None,
    typer.Argument(metavar="FILE|DIR|-", help="Policy files, directories of them, or - for stdin."),
]
Filenames = Annotated[
    list[Path] | None, typer.Option("--filename", "-f", metavar="FILE|DIR|-", help="The same, as in kubectl.")
]


def load_documents(terminal: Terminal, paths: Iterable[Path]) -> tuple[EnforcementPolicy, ...]:
    """The policies in all of them. From then on nobody is asked at a standard input that was one of them.

    Raises PolicyError, UsageProblem.
    """
    given = tuple(paths)
    terminal.stdin_is_taken = any(map(is_standard_input, given))
    return load_policies(*given)
