"""docs/coexistence.md says what was tested, row by row."""

import re
from pathlib import Path

import encounters
import pytest
import situations

DOCUMENT = (Path(__file__).parents[2] / "docs" / "coexistence.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "tested"), [("encounters", encounters.as_table()), ("situations", situations.as_table())]
)
def test_the_table_of_the_document_is_the_one_of_the_cases(name: str, tested: str) -> None:
    found = re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", DOCUMENT, re.DOTALL)
    assert found is not None
    assert found[1] == tested, f"put this between the marks of {name}:\n{tested}"
