"""Long tables: a few of their rows in `make test`, all of them in `make test-all`."""

from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from _pytest.mark import ParameterSet

THOROUGH = pytest.mark.thorough


def rows(table: Mapping[str, Any] | Iterable[str], *few: str) -> list[ParameterSet]:
    """The rows as parameters under their names. Only these few are tried at each change."""
    named = table if isinstance(table, Mapping) else {name: name for name in table}
    unknown = set(few) - named.keys()
    assert not unknown, f"no rows of the table: {unknown}"
    return [pytest.param(row, id=name, marks=[] if name in few else [THOROUGH]) for name, row in named.items()]
