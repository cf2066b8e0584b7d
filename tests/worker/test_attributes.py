import pytest
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, RemoveSearchAttributesRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from worker.attributes import find_missing, register_attributes
from worker.errors import AttributeClash, AttributesRefused

pytestmark = pytest.mark.temporal


async def remove(client: Client, name: str) -> None:
    request = RemoveSearchAttributesRequest(namespace=client.namespace, search_attributes=[name])
    await client.operator_service.remove_search_attributes(request)


async def add(client: Client, name: str, kind: IndexedValueType.ValueType) -> None:
    request = AddSearchAttributesRequest(namespace=client.namespace, search_attributes={name: kind})
    await client.operator_service.add_search_attributes(request)


async def test_only_the_missing_ones_are_added(client: Client) -> None:
    await remove(client, "Policy")
    assert await find_missing(client) == ("Policy",)
    assert await register_attributes(client) == ("Policy",)
    assert await register_attributes(client) == ()


async def test_a_name_with_another_type_is_refused_and_nothing_added(client: Client) -> None:
    for name in ("ResumeAt", "Policy"):
        await remove(client, name)
    await add(client, "ResumeAt", IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD)
    with pytest.raises(AttributeClash, match="ResumeAt is Keyword, needed is Datetime"):
        await register_attributes(client)
    await remove(client, "ResumeAt")
    assert await register_attributes(client) == ("Policy", "ResumeAt")


async def test_one_keyword_too_many_is_refused_with_the_command_to_run(client: Client) -> None:
    await remove(client, "Cluster")
    others = [f"Other{number}" for number in range(7)]
    for name in others:
        await add(client, name, IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD)
    with pytest.raises(AttributesRefused, match=r"INVALID_ARGUMENT.*--name Cluster --type Keyword"):
        await register_attributes(client)
    for name in others:
        await remove(client, name)
    assert await register_attributes(client) == ("Cluster",)


async def test_a_server_that_does_not_let_us_look_is_a_sentence() -> None:
    class Refusing:
        namespace = "default"

        @property
        def operator_service(self) -> "Refusing":
            return self

        async def list_search_attributes(self, request: object, *, retry: bool) -> None:
            raise RPCError("not yours", RPCStatusCode.PERMISSION_DENIED, b"")

    with pytest.raises(AttributesRefused, match="PERMISSION_DENIED: not yours"):
        await find_missing(Refusing())  # type: ignore[arg-type]
