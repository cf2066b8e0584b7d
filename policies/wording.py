"""How several things are named in one sentence."""

from collections.abc import Sequence


def name_some(names: Sequence[str], most: int) -> str:
    """The first of them, and how many there are beside those: `a, b and 3 more`."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{', '.join(names[:most])}{more}"
