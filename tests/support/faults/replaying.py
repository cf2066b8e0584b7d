"""Playing one case again: the first word of its line names the suite, unless it is a line of faults."""

import pytest

_NAMED = ("day", "kill", "zombie", "lost", "mutant", "renewal")


def lines_of(request: pytest.FixtureRequest, suite: str = "") -> list[str]:
    """What `--case` asks of this suite, without its word; nothing where no case was named, and all are meant.

    Skips the test where only cases of others were named.
    """
    given: list[str] = request.config.getoption("--case")
    split = [line.partition(" ") for line in given]
    if suite:
        lines = [rest for word, _, rest in split if word == suite]
    else:
        lines = [line for line, (word, _, _) in zip(given, split, strict=True) if word not in _NAMED]
    if given and not lines:
        pytest.skip("a case of another suite is played")
    return lines
