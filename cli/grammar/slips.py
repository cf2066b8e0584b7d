"""Values that were typed and do not fit: what is wrong with them, in our words and not in those of the library."""

import typer
from pydantic import ValidationError

from policies.problems import say_wrong


def tell_plainly(slip: typer.BadParameter) -> None:
    """Put the sentence of a slip into words for whoever typed the value. Which option it was stays known."""
    if isinstance(slip.__cause__, ValidationError):
        slip.message = "; ".join(map(say_wrong, slip.__cause__.errors(include_url=False)))
