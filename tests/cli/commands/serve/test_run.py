import pytest

from activities.addresses import is_local


@pytest.mark.parametrize(
    ("server", "local"),
    [
        ("https://127.0.0.1:6443", True),
        ("https://localhost:6443", True),
        ("https://[::1]:6443", True),
        ("https://10.0.0.1:6443", False),
        ("https://127.example.com", False),
        ("https://prod.example.com", False),
    ],
    ids=str,
)
def test_only_a_loopback_address_is_this_machine(server: str, local: bool) -> None:
    assert is_local(server) is local
