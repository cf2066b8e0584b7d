import socket

import pytest

from worker.ports import choose_ports, is_free
from worker.state import Ports

KEPT = Ports(server=20_001, ui=20_002)


def test_kept_ports_are_kept_while_they_are_free() -> None:
    assert choose_ports(KEPT, free=lambda _: True) == KEPT


def test_only_the_taken_port_changes() -> None:
    chosen = choose_ports(KEPT, free=lambda port: port != KEPT.server)
    assert chosen.server not in {KEPT.server, KEPT.ui}
    assert chosen.ui == KEPT.ui


def test_two_ports_are_chosen_at_the_first_start() -> None:
    chosen = choose_ports(None, free=lambda _: True)
    assert chosen.server != chosen.ui


def test_a_machine_without_a_free_port_is_an_error() -> None:
    with pytest.raises(OSError, match="no free port"):
        choose_ports(None, free=lambda _: False)


def test_a_port_somebody_listens_on_is_not_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert not is_free(listener.getsockname()[1])
