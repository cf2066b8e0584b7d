import stat
from pathlib import Path

import pytest

from worker.errors import DiskFull, StateNotWritable
from worker.state import Ports, ServerAddress, StateFolder


def test_the_folder_is_the_owners_alone(state: StateFolder) -> None:
    state.create()
    assert stat.S_IMODE(state.path.stat().st_mode) == 0o700


def test_reading_creates_nothing(state: StateFolder) -> None:
    assert (state.read_instance(), state.read_server(), state.read_ports()) == (None, None, None)
    assert not state.path.exists()


@pytest.mark.parametrize(
    ("host", "instance"),
    [("laptop", "local-laptop"), ("Ann's MacBook.local", "local-ann-s-macbook"), ("", "local-host")],
    ids=["plain", "made fit for an annotation", "nameless"],
)
def test_the_instance_is_named_after_the_host(state: StateFolder, host: str, instance: str) -> None:
    assert state.settle_instance(host) == instance
    assert state.read_instance() == instance


def test_the_instance_outlives_a_change_of_the_hosts_name(state: StateFolder) -> None:
    state.settle_instance("old")
    assert state.settle_instance("new") == "local-old"


def test_the_server_is_known_until_it_is_removed(state: StateFolder) -> None:
    server = ServerAddress(address="127.0.0.1:20001", ui_url="http://127.0.0.1:20002", pid=7)
    state.write_server(server)
    assert state.read_server() == server
    state.remove_server()
    assert state.read_server() is None


def test_a_rewritten_file_leaves_no_temporary_one(state: StateFolder) -> None:
    for ui in (20_002, 20_003):
        state.write_ports(Ports(server=20_001, ui=ui))
    assert state.read_ports() == Ports(server=20_001, ui=20_003)
    assert [file.name for file in state.path.iterdir()] == ["ports.json"]


@pytest.mark.parametrize("text", ["", "{", '{"server": 1}', '{"server": 0, "ui": 99999}'])
def test_unreadable_ports_are_as_good_as_none(state: StateFolder, text: str) -> None:
    state.create()
    (state.path / "ports.json").write_text(text)
    assert state.read_ports() is None


def test_a_folder_under_a_file_is_refused_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StateNotWritable, match=r"Not a directory.*FINOPS_STATE_DIR"):
        StateFolder(tmp_path / "file" / "state").create()


def test_too_little_room_is_said_with_both_figures_and_the_place(tmp_path: Path) -> None:
    state = StateFolder(tmp_path / "not yet there", free_space=lambda _: 12_345_678)
    with pytest.raises(DiskFull, match=r"not yet there has 12 MB left and 200 MB are needed"):
        state.require_space()


def test_enough_room_is_no_reason_to_speak(tmp_path: Path) -> None:
    StateFolder(tmp_path, free_space=lambda _: 200_000_000).require_space()
