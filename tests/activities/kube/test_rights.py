from collections.abc import Callable

import pytest

from activities.kube.rights import review_rights
from activities.kube.transport import KubeTransport
from policies.rights.rights import RIGHTS, Need, Right

NEEDED = (
    {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get", "list", "patch"]},
    {"apiGroups": ["apps"], "resources": ["deployments/scale"], "verbs": ["patch"]},
)


def allowed(rights: tuple[Right, ...], kind: Need) -> list[bool]:
    return [right.allowed for right in rights if right.kind is kind]


@pytest.mark.cluster
def test_the_smallest_role_has_what_is_needed_and_nothing_else(
    as_service_account: Callable[..., KubeTransport],
) -> None:
    found = review_rights(as_service_account(*NEEDED))
    assert all(allowed(found, Need.NEEDED))
    assert not any(allowed(found, Need.OPTIONAL))
    assert not any(allowed(found, Need.SURPLUS))


@pytest.mark.cluster
def test_nobody_has_no_rights(as_service_account: Callable[..., KubeTransport]) -> None:
    assert not any(right.allowed for right in review_rights(as_service_account()))


@pytest.mark.cluster
def test_an_administrator_has_more_than_is_good(transport: KubeTransport) -> None:
    assert all(right.allowed for right in review_rights(transport))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("scale Deployments", "patch deployments/scale.apps"),
        ("read Secrets", "get secrets"),
        ("measure idleness, and price pods by node", "list pods"),
    ],
)
def test_a_right_is_written_as_a_role_needs_it(name: str, text: str) -> None:
    assert str(next(right for right in RIGHTS if right.name == name)) == text
