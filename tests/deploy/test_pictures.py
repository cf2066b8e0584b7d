"""The pictures of the documentation: small, and each of them shown."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PICTURES = sorted(path for path in (ROOT / "docs" / "pictures").iterdir() if path.suffix != ".yaml")
PAGES = (ROOT / "README.md", *(ROOT / "docs").glob("*.md"))
MOST_BYTES = 300_000


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: str(picture.name))
def test_a_picture_is_small_and_stands_on_a_page_that_says_what_is_seen(picture: Path) -> None:
    assert picture.stat().st_size < MOST_BYTES
    shown = [re.search(rf"!\[([^\]]+)\]\([^)]*{picture.name}\)", page.read_text(encoding="utf-8")) for page in PAGES]
    assert [found[1] for found in shown if found]


def test_every_drawing_has_its_text() -> None:
    drawings = {path.stem for path in PICTURES if path.suffix == ".svg"}
    assert drawings == {path.stem for path in (ROOT / "docs" / "pictures").glob("*.yaml")} >= {"architecture", "life"}
