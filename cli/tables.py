"""Tables as text. A name is never broken: where the window is narrow, sentences are wrapped at words, then columns that
can be done without fall away, and what is still too wide runs on to the right, as kubectl's does. Control characters
of what others wrote become blanks.
"""

import textwrap
from collections.abc import Iterable, Sequence

from pydantic import Field

from policies.models import Frozen
from policies.wording import as_line

GAP = 2
_NARROWEST_PROSE = 24
"""Columns below which a sentence is not worth reading in a cell."""
_LONGEST_CELL = 400
"""Characters of a cell. Programs get the whole text."""


class TableColumn(Frozen):
    """One column: its heading, and how it may give way."""

    title: str
    is_number: bool = False
    """Aligned to the right."""
    is_prose: bool = False
    """Sentences, which may be wrapped at words. There is one such column at most, the last."""
    wide_only: bool = False
    """Shown by `-o wide` alone."""
    gives_way: int = Field(default=0, ge=0)
    """Where there is no room, columns with the highest number fall away first. 0: it stays."""


def lay_out(columns: Sequence[TableColumn], rows: Iterable[Sequence[str]], width: int | None) -> tuple[str, list[str]]:
    """The heading, and the lines. `width` is that of the window; None where nothing limits them."""
    cells = [[_as_cell(text) for text in row] for row in rows]
    shown = list(range(len(columns)))
    while width is not None and _needed(columns, cells, shown) > width:
        expendable = [index for index in shown if columns[index].gives_way]
        if not expendable:
            break
        shown.remove(max(expendable, key=lambda index: (columns[index].gives_way, index)))
    widths = [_natural(columns, cells, index) for index in shown]
    if width is not None and columns[shown[-1]].is_prose:
        widths[-1] = max(_NARROWEST_PROSE, min(widths[-1], width - sum(widths[:-1]) - GAP * (len(shown) - 1)))
    chosen = [columns[index] for index in shown]
    heading = _join(chosen, [column.title for column in chosen], widths)
    lines = [line for row in cells for line in _lines_of(chosen, [row[index] for index in shown], widths)]
    return heading[0], lines


def wrap(text: str, width: int, *, indent: str = "") -> list[str]:
    """Lines of words; no word is broken, and hyphens are part of names."""
    return textwrap.wrap(
        text, max(width, 1), subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    ) or [""]


def _as_cell(text: str) -> str:
    """One line that a terminal takes; of one that nobody would read to its end, the beginning."""
    line = as_line(text)
    return line if len(line) <= _LONGEST_CELL else f"{line[: _LONGEST_CELL - 1].rstrip()}\N{HORIZONTAL ELLIPSIS}"


def _natural(columns: Sequence[TableColumn], rows: Sequence[Sequence[str]], index: int) -> int:
    return max([len(columns[index].title), *(len(row[index]) for row in rows)])


def _needed(columns: Sequence[TableColumn], rows: Sequence[Sequence[str]], shown: Sequence[int]) -> int:
    """What the columns need at least: a sentence can be wrapped."""
    natural = (
        min(_NARROWEST_PROSE, _natural(columns, rows, index))
        if columns[index].is_prose
        else _natural(columns, rows, index)
        for index in shown
    )
    return sum(natural) + GAP * (len(shown) - 1)


def _lines_of(columns: Sequence[TableColumn], row: Sequence[str], widths: Sequence[int]) -> list[str]:
    if not columns[-1].is_prose or len(row[-1]) <= widths[-1]:
        return _join(columns, row, widths)
    first, *rest = wrap(row[-1], widths[-1])
    indent = " " * (sum(widths[:-1]) + GAP * (len(widths) - 1))
    return [*_join(columns, [*row[:-1], first], widths), *(indent + line for line in rest)]


def _join(columns: Sequence[TableColumn], row: Sequence[str], widths: Sequence[int]) -> list[str]:
    padded = (
        cell.rjust(width) if column.is_number else cell.ljust(width)
        for column, cell, width in zip(columns, row, widths, strict=True)
    )
    return [(" " * GAP).join(padded).rstrip()]
