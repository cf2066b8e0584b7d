"""`finops completion`: the script that makes a shell complete `finops`."""

import sys
from enum import StrEnum
from typing import Annotated

import typer

from cli.completion.scripts import SCRIPTS


class CompletedShell(StrEnum):
    """Whose script is printed."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


def completion(shell: Annotated[CompletedShell, typer.Argument(metavar="bash|zsh|fish")]) -> None:
    """Print the completion script of a shell. Its first lines say how to install it.

    It completes commands, options, their values, files, policies, clusters, contexts, namespaces and workloads.
    """
    sys.stdout.write(SCRIPTS[shell])
