"""What people and programs read: tables and JSON on stdout, everything else on stderr."""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import typer
from pydantic_core import to_json
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.ending import breaking_off
from cli.errors import NeedsYes
from cli.options import OutputFormat
from operations.errors import Refused

_UNATTENDED_WIDTH = 10_000
"""Columns where no window limits them: in a log or a pipe a row is a line."""


class Terminal:
    """The two streams of a command. No markup is ever read from what is printed: names come from a cluster."""

    def __init__(self, output: OutputFormat = OutputFormat.TABLE) -> None:
        self.output = output
        self.stdin_is_taken = False
        """Whether standard input carries a document, so that nobody can answer there."""
        self._out = _console(stderr=False)
        self._err = _console(stderr=True)

    @property
    def for_programs(self) -> bool:
        """Whether stdout carries JSON and nothing else."""
        return self.output is OutputFormat.JSON

    @property
    def attended(self) -> bool:
        """Whether somebody sits there, even if the answer would have to come from where the document did."""
        return sys.stderr.isatty() if self.stdin_is_taken else sys.stdin.isatty()

    def say(self, text: str = "", style: str = "") -> None:
        """Print a line for people: on stdout, or on stderr where stdout belongs to JSON."""
        (self._err if self.for_programs else self._out).print(Text(text, style=style), soft_wrap=True)

    def note(self, text: str, style: str = "") -> None:
        """Print a line on stderr: progress, warnings, what will happen next."""
        self._err.print(Text(text, style=style), soft_wrap=True)

    def warn(self, text: str) -> None:
        """Print a line on stderr that may need somebody."""
        self.note(text, "yellow")

    def show_json(self, value: Any) -> None:
        """Print a value as JSON on stdout."""
        sys.stdout.write(to_json(value, indent=2).decode() + "\n")

    def show_each_json(self, answers: Sequence[Any], failed: Mapping[str, str]) -> None:
        """Print the answer on one workload as it is, those on several as `items`, and by name why others `failed`."""
        one_alone = len(answers) == 1 and not failed
        self.show_json(answers[0] if one_alone else {"items": answers, "failed": failed})

    def show_table(self, columns: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: Sequence[int] = ()) -> None:
        """Print a table on stdout; `numbers` are the columns to align right."""
        table = Table(box=None, pad_edge=False, header_style="bold")
        for index, column in enumerate(columns):
            table.add_column(column, justify="right" if index in numbers else "left", overflow="fold")
        for row in rows:
            table.add_row(*(Text(cell) for cell in row))
        with self._out.capture() as captured:
            self._out.print(table)
        for line in captured.get().splitlines():
            sys.stdout.write(line.rstrip() + "\n")

    @contextmanager
    def progress(self, text: str) -> Iterator[None]:
        """A sign of life on stderr while something takes its time; a plain line without a terminal's."""
        if self._err.is_terminal:
            with self._err.status(Text(text)):
                yield
        else:
            yield

    @contextmanager
    def counting(self, text: str) -> Iterator[Callable[[int, int], None]]:
        """A sign of life that counts: call what it gives with how many are done, and of how many."""
        if not self._err.is_terminal:
            yield lambda _done, _total: None
            return
        with self._err.status(Text(text)) as status:
            yield lambda done, total: status.update(Text(f"{text} {done} of {total}"))

    def confirm(self, question: str, *, yes: bool) -> None:
        """Go on only if the user says so.

        Raises NeedsYes where there is no terminal to ask at, Refused where the answer is no.
        """
        if yes:
            return
        if self.stdin_is_taken or not self.attended:
            raise NeedsYes(question, stdin_is_taken=self.stdin_is_taken)
        with breaking_off.asking():
            agreed = typer.confirm(f"{question} Go on?", err=True)
        if not agreed:
            raise Refused("nothing was changed")


def _console(*, stderr: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    return Console(
        file=stream,
        markup=False,
        highlight=False,
        emoji=False,
        width=None if stream.isatty() else _UNATTENDED_WIDTH,
    )
