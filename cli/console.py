"""What people and programs read: tables and documents on stdout, everything else on stderr."""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import StringIO
from typing import TextIO

import typer
from rich.console import Console
from rich.status import Status
from rich.text import Text

from cli.answers.documents import to_json, to_yaml
from cli.answers.several import SeveralAnswers
from cli.ending import breaking_off
from cli.errors import NeedsYes
from cli.options import OutputFormat
from cli.streams import is_unread
from cli.tables import TableColumn, lay_out, wrap
from operations.errors import Refused
from policies.models import Frozen
from policies.wording import as_line

_HOME, _REST_OF_LINE, _REST_OF_WINDOW = "\x1b[H", "\x1b[K", "\x1b[J"
"""To the upper left; and what is erased behind the cursor, so that nothing flickers."""
_UNATTENDED_WIDTH = 10_000
"""Columns where no window limits them: in a log or a pipe a row is a line."""


class Terminal:
    """The two streams of a command. No markup is ever read from what is printed, and no control character gets through:
    names and reasons come from a cluster. For the same reason no newline within a text begins a line.

    Styles are rich's: none without a terminal or where TERM is dumb; with NO_COLOR no colours, but bold and dim
    (no-color.org is about colour only).
    """

    def __init__(self, output: OutputFormat = OutputFormat.TABLE, frame: Console | None = None) -> None:
        self.output = output
        self._out = _console(sys.stdout) if frame is None else frame
        self._err = _console(sys.stderr)
        self._moving: Status | None = None
        self.stdin_is_taken = False
        """Whether standard input carries a document, so that nobody can answer there."""

    @property
    def for_programs(self) -> bool:
        """Whether stdout carries a document or names, and nothing else."""
        return self.output in {OutputFormat.JSON, OutputFormat.YAML, OutputFormat.NAME}

    @property
    def is_wide(self) -> bool:
        """Whether all columns are asked for."""
        return self.output is OutputFormat.WIDE

    @property
    def redraws(self) -> bool:
        """Whether stdout is a window whose content can be drawn anew."""
        return self._out.is_terminal and not self._out.is_dumb_terminal

    @property
    def height(self) -> int:
        """Lines of the window."""
        return self._out.height

    @property
    def attended(self) -> bool:
        """Whether somebody sits there, even if the answer would have to come from where the document did."""
        return sys.stderr.isatty() if self.stdin_is_taken else sys.stdin.isatty()

    @property
    def unread(self) -> bool:
        """Whether who read stdout is gone: what prints for ever stops then."""
        return is_unread(self._out.file)

    def say(self, text: str = "", style: str = "") -> None:
        """Print a line for people: on stdout, or on stderr where stdout belongs to programs. One that begins with a
        newline stands apart from the line before it.
        """
        self._print(self._err if self.for_programs else self._out, text, style)

    def note(self, text: str, style: str = "") -> None:
        """Print a line on stderr: progress, warnings, what will happen next."""
        self._print(self._err, text, style)

    def warn(self, text: str) -> None:
        """Print a line on stderr that may need somebody."""
        self.note(text, "yellow")

    def show(self, answer: Frozen, names: Iterable[object] = ()) -> None:
        """Print an answer for programs on stdout, in the format that was asked for; `names` are those in it."""
        if self.output is OutputFormat.NAME:
            sys.stdout.write("".join(f"{as_line(str(name))}\n" for name in names))
        else:
            sys.stdout.write(to_yaml(answer) if self.output is OutputFormat.YAML else to_json(answer))

    def show_each(self, answers: Sequence[Frozen], failed: Mapping[str, str], names: Iterable[object] = ()) -> None:
        """The same of several workloads: the answer on one alone as it is, those on several as `items`, and by name why
        others `failed`.
        """
        if len(answers) == 1 and not failed:
            self.show(answers[0], names)
        else:
            self.show(SeveralAnswers(items=tuple(answers), failed=failed), names)

    def show_table(
        self, columns: Sequence[str | TableColumn], rows: Iterable[Sequence[str]], *, numbers: Sequence[int] = ()
    ) -> None:
        """Print a table on stdout, as wide as its window.

        A column that is named by its title alone always stays; those at `numbers` are aligned to the right.
        """
        known = [
            column if isinstance(column, TableColumn) else TableColumn(title=column, is_number=index in numbers)
            for index, column in enumerate(columns)
        ]
        shown = [index for index, column in enumerate(known) if self.is_wide or not column.wide_only]
        heading, lines = lay_out(
            [known[index] for index in shown],
            ([row[index] for index in shown] for row in rows),
            self._out.width if self._out.is_terminal and not self.is_wide else None,
        )
        self._out.print(Text(heading, style="bold"), soft_wrap=True)
        self._out.file.write("".join(f"{line}\n" for line in lines))

    @contextmanager
    def redrawing(self) -> Iterator["Terminal"]:
        """Draw the whole window anew: what is printed on the terminal that this gives replaces what is there."""
        memory = _console(StringIO(), like=self._out)
        yield Terminal(self.output, memory)
        file = memory.file
        assert isinstance(file, StringIO)
        lines = file.getvalue().splitlines()[: self._out.height - 1]
        sys.stdout.write("".join((_HOME, *(f"{line}{_REST_OF_LINE}\n" for line in lines), _REST_OF_WINDOW)))
        sys.stdout.flush()

    @contextmanager
    def progress(self, text: str) -> Iterator[None]:
        """A sign of life on stderr while something takes its time; nothing without a terminal."""
        with self._sign_of_life(text):
            yield

    @contextmanager
    def counting(self, text: str) -> Iterator[Callable[[int, int], None]]:
        """A sign of life that counts: call what it gives with how many are done, and of how many."""
        with self._sign_of_life(text) as shown:
            if shown is None:
                yield lambda _done, _total: None
            else:
                yield lambda done, total: shown.update(Text(f"{as_line(text)} {done:,} of {total:,}"))

    @contextmanager
    def _sign_of_life(self, text: str) -> Iterator[Status | None]:
        """One at a time: what begins inside another one is part of it."""
        if self._moving is not None or not self._err.is_terminal or self._err.is_dumb_terminal:
            yield None
            return
        with self._err.status(Text(as_line(text))) as shown:
            self._moving = shown
            try:
                yield shown
            finally:
                self._moving = None

    def _print(self, console: Console, text: str, style: str) -> None:
        """Lines are wrapped at words in a window only. A sign of life makes room for what is printed."""
        line = as_line(text.removeprefix("\n"))
        lines = wrap(line, console.width, indent=_indent_of(line)) if console.is_terminal else [line]
        if text.startswith("\n"):
            lines.insert(0, "")
        if self._moving is not None:
            self._moving.stop()
        console.print(Text("\n".join(lines), style=style), soft_wrap=True)
        if self._moving is not None:
            self._moving.start()

    def confirm(self, question: str, *, yes: bool) -> None:
        """Go on only if the user says so.

        Raises NeedsYes where there is no terminal to ask at, Refused where the answer is no.
        """
        if yes:
            return
        if self.stdin_is_taken or not self.attended:
            raise NeedsYes(question, stdin_is_taken=self.stdin_is_taken)
        with breaking_off.asking():
            agreed = typer.confirm(f"{as_line(question)} Go on?", err=True)
        if not agreed:
            raise Refused("nothing was changed")


def _indent_of(line: str) -> str:
    """As far as its text begins, behind an arrow."""
    return " " * (len(line) - len(line.lstrip(" ").removeprefix("-> ")))


def _console(stream: TextIO, *, like: Console | None = None) -> Console:
    """What prints on a stream; or in the styles and the width of another one."""
    return Console(
        file=stream,
        markup=False,
        highlight=False,
        emoji=False,
        force_terminal=None if like is None else like.is_terminal,
        width=like.width if like is not None else None if stream.isatty() else _UNATTENDED_WIDTH,
    )
