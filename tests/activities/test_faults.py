from datetime import timedelta

import pytest
from temporalio.exceptions import ApplicationError

from activities.errors import Call, Denied, IdentityMismatch, Throttled, Unavailable
from activities.faults import told_to_temporal

CALL = Call(verb="list", resource="deployments")


def test_the_server_says_when_to_come_back() -> None:
    with pytest.raises(ApplicationError) as raised, told_to_temporal("a test"):
        raise Throttled(CALL, retry_after=7)
    assert raised.value.next_retry_delay == timedelta(seconds=7)
    assert not raised.value.non_retryable


@pytest.mark.parametrize(
    "error",
    [Denied(CALL, status=403), Unavailable(CALL, reason="gone"), IdentityMismatch("uid:a", "uid:b")],
)
def test_other_errors_keep_their_name(error: Exception) -> None:
    with pytest.raises(type(error)), told_to_temporal("a test"):
        raise error


def test_a_read_that_is_refused_again_and_again_is_one_alert(caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(3):
        with pytest.raises(Denied), told_to_temporal("read shop/refused"):
            raise Denied(CALL, status=403)
    assert len(caplog.records) == 1
    with told_to_temporal("read shop/refused"):
        pass
    with pytest.raises(Denied), told_to_temporal("read shop/refused"):
        raise Denied(CALL, status=403)
    assert len(caplog.records) == 2
