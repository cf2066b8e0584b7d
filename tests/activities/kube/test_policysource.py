"""Which answers of the API server mean that the policies in it are lost."""

from typing import cast

import pytest

from activities.errors import Call, Denied, KubernetesError, NotFound, Throttled, Unavailable
from activities.kube.transport import KubeTransport
from activities.policy_sources.resources import PolicyResources
from activities.policy_sources.source import PolicySourceUnreadable

CALL = Call(verb="list", resource="enforcementpolicies", namespace="", name="", writes=False)


class _Refusing:
    """An API server that answers everything with one error."""

    namespace = None

    def __init__(self, error: KubernetesError) -> None:
        self._error = error

    def request(self, *_: object, **_how: object) -> None:
        raise self._error


@pytest.mark.parametrize(
    ("error", "lost"),
    [
        (NotFound(CALL), True),
        (Denied(CALL, status=401), True),
        (Denied(CALL, status=403), True),
        (Unavailable(CALL, status=503, reason="ServiceUnavailable"), False),
        (Throttled(CALL, retry_after=1.0), False),
    ],
    ids=["no such kind", "401", "403", "503", "429"],
)
def test_policies_are_lost_with_their_kind_or_the_right_to_list_them(error: KubernetesError, *, lost: bool) -> None:
    source = PolicyResources(cast("KubeTransport", _Refusing(error)))
    with pytest.raises(PolicySourceUnreadable) as caught:
        source.read()
    assert caught.value.lost is lost
