from pathlib import Path

import pytest
from allocations import END
from ids import key_of

from activities.costs.figures import FigureFile, KeptFigures

FIGURES = KeptFigures(as_of=END, currency="EUR", source="OpenCost", amounts={"a/b": 0.1234567})


def test_figures_are_there_again() -> None:
    assert str(FIGURES.of(key_of("a/b"))) == "0.1235 EUR/h (OpenCost) until 2026-11-23T20:00:00Z"
    assert FIGURES.of(key_of("a/c")) is None


def test_a_file_holds_the_last_ones(tmp_path: Path) -> None:
    file = FigureFile(tmp_path / "figures.json")
    file.write(FIGURES)
    file.write(FIGURES.model_copy(update={"amounts": {"a/b": 0.2}}))
    read = file.read()
    assert read is not None
    assert read.amounts == {"a/b": 0.2}


@pytest.mark.parametrize("content", [None, b"", b"{", b"[]", b"\xff", b"{}"], ids=str)
def test_what_cannot_be_read_is_not_there(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "figures.json"
    if content is not None:
        path.write_bytes(content)
    assert FigureFile(path).read() is None


def test_what_cannot_be_written_is_left(tmp_path: Path) -> None:
    (tmp_path / "figures.json").mkdir()
    FigureFile(tmp_path / "figures.json").write(FIGURES)
    FigureFile(tmp_path / "none" / "figures.json").write(FIGURES)
    assert [path.name for path in tmp_path.iterdir()] == ["figures.json"]
