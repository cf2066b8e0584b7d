"""How several things, counts and amounts of money are said in a sentence."""

from collections.abc import Sequence

_VOWELS = "aeiou"


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
