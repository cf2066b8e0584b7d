import stat
from pathlib import Path

import pytest

from activities.policy_sources.atomic_files import write_atomically


def test_a_file_is_written_readable_for_all_and_nothing_else_stays(tmp_path: Path) -> None:
    file = write_atomically(tmp_path / "a.yaml", "new\n")
    assert file.read_text() == "new\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    assert [left.name for left in tmp_path.iterdir()] == ["a.yaml"]


def test_a_reader_of_the_old_file_keeps_it_whole(tmp_path: Path) -> None:
    file = write_atomically(tmp_path / "a.yaml", "old")
    with file.open() as reader:
        write_atomically(file, "new")
        assert reader.read() == "old"
    assert file.read_text() == "new"


def test_a_write_that_fails_leaves_the_old_file_and_no_rest(tmp_path: Path) -> None:
    file = write_atomically(tmp_path / "a.yaml", "old")
    with pytest.raises(UnicodeEncodeError):
        write_atomically(file, "new \udc80")
    assert file.read_text() == "old"
    assert [left.name for left in tmp_path.iterdir()] == ["a.yaml"]


def test_a_missing_directory_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_atomically(tmp_path / "missing" / "a.yaml", "new")
