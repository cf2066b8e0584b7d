"""The command `finops demo`."""

import signal
import sys
from typing import Annotated

import typer
from rich.console import Console

from cli.demo.story import play, show_the_pages, wait_for_enter

_UNATTENDED_WIDTH = 118


def demo(
    *,
    keep: Annotated[bool, typer.Option("--keep", help="Leave everything running at the end.")] = False,
) -> None:
    """Play the product's whole life on a real local control plane and a real Temporal."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # Ctrl-C also stops what it started
    width = None if sys.stdout.isatty() else _UNATTENDED_WIDTH
    # Nothing is coloured because it looks like a number or a path.
    console = Console(width=width, highlight=False, emoji=False)
    attended = sys.stdin.isatty() and sys.stdout.isatty()
    raise typer.Exit(play(console, keep=keep, look=wait_for_enter if attended else show_the_pages))
