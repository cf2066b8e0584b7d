"""How several things, and amounts of money, are said in a sentence."""

from collections.abc import Sequence


def name_some(names: Sequence[str], most: int) -> str:
    """The first of them, and how many there are beside those: `a, b and 3 more`."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{', '.join(names[:most])}{more}"


def amount(value: float, currency: str = "", *, places: int = 2) -> str:
    """Money: `3,244.17 USD`. What it costs an hour has four places: `0.0074 USD`."""
    return f"{value:,.{places}f} {currency}".rstrip()
