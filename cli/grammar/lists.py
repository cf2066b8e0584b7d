"""The options of commands that list something: which of it, in which order, and how much."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any, TypeVar

import typer

from cli.console import Terminal
from operations.errors import UsageProblem
from policies.policy.label_queries import parse_label_query
from policies.policy.selectors import LabelSelector
from policies.problems import FieldError, nearest_name

Row = TypeVar("Row")

SortOption = Annotated[
    str | None,
    typer.Option("--sort-by", metavar="KEY", help="Money: the most first. Names and times: in their order."),
]
LimitOption = Annotated[int | None, typer.Option("--limit", min=1, metavar="N", help="Only the first N.")]
SelectorOption = Annotated[
    str | None,
    typer.Option("--selector", "-l", metavar="LABELS", help="Only those with these labels, as kubectl has it."),
]
PolicyOption = Annotated[str | None, typer.Option("--policy", metavar="POLICY", help="Only what this policy is about.")]

SortKeys = Mapping[str, Callable[[Any], Any]]
"""What can be sorted by, and what of a row that is: text, a time, an amount of money, or None where it is not known."""


def read_selector(text: str | None) -> LabelSelector | None:
    """The selector of `-l`. Raises UsageProblem."""
    try:
        return None if text is None else parse_label_query(text)
    except FieldError as error:
        raise UsageProblem(f"--selector {error}") from None


def check_sort_key(name: str | None, keys: Iterable[str]) -> None:
    """Raises UsageProblem where there is nothing of that name to sort by."""
    known = tuple(keys)
    if name is not None and name not in known:
        near = nearest_name(name, known)
        meant = f"; did you mean {near}?" if near else ""
        raise UsageProblem(f"--sort-by {name} is none of {', '.join(known)}{meant}")


def arrange(rows: Iterable[Row], keys: SortKeys, sort_by: str | None, limit: int | None = None) -> tuple[Row, ...]:
    """The rows in the order that is asked for, else in their own; at most so many. What is not known comes last."""
    arranged = list(rows)
    if sort_by is not None:
        arranged.sort(key=lambda row: _rank(keys[sort_by](row)))
    return tuple(arranged[:limit])


def tell_rest(terminal: Terminal, shown: int, total: int) -> None:
    """Below a list: how much of it a limit left, where it left something out."""
    if shown < total:
        terminal.say(f"the first {shown:,} of {total:,}", style="dim")


def _rank(value: Any) -> tuple[bool, Any]:
    if value is None:
        return True, 0
    if isinstance(value, datetime):
        return False, value.timestamp()
    return False, -value if isinstance(value, int | float) else value
