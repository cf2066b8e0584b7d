from pathlib import Path

import pytest

from policies.costs.doubts import Doubt

PAGE = (Path(__file__).parents[3] / "docs" / "opencost.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("doubt", list(Doubt))
def test_every_code_is_explained_to_the_people_who_read_it(doubt: Doubt) -> None:
    assert f"`{doubt}`" in PAGE
