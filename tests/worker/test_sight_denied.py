"""A worker that may not even ask what it may do, as under a role without `system:basic-user`."""

from typing import cast

from activities.errors import Call, Denied
from activities.kube.transport import KubeTransport
from policies.rights.blindness import Use
from policies.rights.rights import describe_blindness
from worker.cluster.sight import RightsWatch


class _Refusing:
    """An API server that takes no such question."""

    def request(self, *_: object, **__: object) -> bytes:
        raise Denied(Call(verb="create", resource="selfsubjectaccessreviews", group="authorization.k8s.io"), status=403)


def test_where_its_rights_may_not_be_asked_for_they_are_not_known_and_nothing_fails() -> None:
    watched = RightsWatch(cast("KubeTransport", _Refusing()), frozenset({Use.PAUSING}), "me")
    (sentence,) = describe_blindness(watched.unseen())
    assert sentence == (
        "which rights it has: what else it may not see is not reported "
        "(missing: create selfsubjectaccessreviews.authorization.k8s.io)"
    )
