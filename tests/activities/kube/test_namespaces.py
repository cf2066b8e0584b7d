from collections.abc import Callable

import pytest

from activities.kube.namespaces import read_ending_namespaces
from activities.kube.transport import KubeTransport

pytestmark = pytest.mark.cluster


def test_a_namespace_that_stays_is_not_among_those_being_deleted(transport: KubeTransport, namespace: str) -> None:
    assert namespace not in read_ending_namespaces(transport)


def test_without_the_right_to_list_them_none_is_known(as_service_account: Callable[..., KubeTransport]) -> None:
    assert read_ending_namespaces(as_service_account()) == frozenset()
