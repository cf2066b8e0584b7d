"""The command `finops demo`."""

import sys
from typing import Annotated

import typer
from rich.console import Console

from cli.demo.story import play


def demo(
    *,
    keep: Annotated[bool, typer.Option("--keep", help="Leave everything running at the end.")] = False,
) -> None:
    """Play the product's whole life on a real local control plane and a real Temporal."""
    console = Console() if sys.stdout.isatty() else Console(width=118)
    raise typer.Exit(play(console, keep=keep))
