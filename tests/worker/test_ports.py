import socket
from collections.abc import Callable

import pytest

from worker.ports import choose_ports, is_free, settle_ports
from worker.state import Ports

KEPT = Ports(server=20_001, ui=20_002)


def all_but(*taken: int) -> Callable[[int], bool]:
    """All ports are free but these."""
    return lambda port: port not in taken


def test_the_ui_has_the_port_that_every_temporal_has() -> None:
    assert choose_ports(None, free=all_but()).ui == 8233


def test_a_start_beside_another_program_moves_the_ui_for_that_start_only() -> None:
    beside = choose_ports(None, free=all_but(8233))
    assert beside.ui not in {8233, beside.server}
    assert choose_ports(beside, free=all_but(8233)) == beside
    assert choose_ports(beside, free=all_but()) == Ports(server=beside.server, ui=8233)


def test_the_port_of_the_server_is_kept_while_it_is_free() -> None:
    assert choose_ports(KEPT, free=all_but()).server == KEPT.server


def test_only_the_taken_port_changes() -> None:
    chosen = choose_ports(KEPT, free=all_but(8233, KEPT.server))
    assert chosen.server not in {KEPT.server, KEPT.ui}
    assert chosen.ui == KEPT.ui


async def test_who_looks_for_the_ui_where_it_always_is_is_told_where_it_is_now(
    caplog: pytest.LogCaptureFixture,
) -> None:
    ports = await settle_ports(KEPT, free=all_but(8233))
    (record,) = caplog.records
    assert record.getMessage().endswith(f"the Temporal UI is at http://127.0.0.1:{ports.ui} until the next start")


def test_a_machine_without_a_free_port_is_an_error() -> None:
    with pytest.raises(OSError, match="no free port"):
        choose_ports(None, free=lambda _: False)


def test_a_port_somebody_listens_on_is_not_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert not is_free(listener.getsockname()[1])
