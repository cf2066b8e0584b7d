"""How several things, counts and amounts of money are said in a sentence, and what somebody wrote."""

import re
from collections.abc import Sequence

_VOWELS = "aeiou"
_LONGEST_NAME, _LONGEST_REASON = 200, 500
"""Characters of what people say that are kept and shown."""
_MARKDOWN = re.compile(r"([\\`*_\[\]<>|~])")
"""What would make more than text of a sentence in the middle of a line."""


def as_line(text: str) -> str:
    """Text that anybody may have written, as a terminal takes it: one line without control characters, and
    without the halves of characters that Python makes of bytes that are no UTF-8.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _replace(char) for char in text)


def as_name(text: str) -> str:
    """The same of who says something, as long as a name is."""
    return as_line(text)[:_LONGEST_NAME]


def as_reason(text: str) -> str:
    """The same of why they say it."""
    return as_line(text)[:_LONGEST_REASON]


def in_markdown(text: str) -> str:
    """The same for a page that is shown as Markdown, such as those of Temporal's UI: what was written is read, and
    nothing is made of it.
    """
    return _MARKDOWN.sub(r"\\\1", as_line(text))


def _replace(char: str) -> str:
    return "\N{REPLACEMENT CHARACTER}" if "\ud800" <= char <= "\udfff" else " "


def name_some(names: Sequence[str], most: int) -> str:
    """The first of them, and how many there are beside those: `a, b and 3 more`."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return f"{', '.join(names[:most])}{more}"


def count(number: int, noun: str) -> str:
    """So many of what a noun in the singular names: `1 policy`, `2 policies`, `1,200 replicas`."""
    return f"{number:,} {noun if number == 1 else pluralize(noun)}"


def pluralize(noun: str) -> str:
    """More than one of it, by the regular rules of English, which every noun counted here follows."""
    if noun.endswith("y") and noun[-2:-1] not in _VOWELS:
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "x", "ch", "sh")) else f"{noun}s"


def amount(value: float, currency: str = "", *, places: int = 2) -> str:
    """Money: `3,244.17 USD`. What it costs an hour has four places: `0.0074 USD`."""
    return f"{value:,.{places}f} {currency}".rstrip()
