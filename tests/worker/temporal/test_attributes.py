from dataclasses import dataclass

import pytest
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import (
    AddSearchAttributesRequest,
    ListSearchAttributesResponse,
    RemoveSearchAttributesRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.hibernation.visibility import KEYS
from worker.errors import AttributeClash, AttributesRefused
from worker.temporal.attributes import find_missing, register_attributes, settle_attributes

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
    with pytest.raises(AttributeClash, match="ResumeAt is Keyword, and Datetime is needed"):
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


@dataclass
class OddTemporal:
    """A Temporal that does not let us look, or whose services do not take the attributes for a while."""

    listing: RPCStatusCode | None = None
    refusals: int = 0
    namespace: str = "default"

    @property
    def operator_service(self) -> "OddTemporal":
        return self

    async def list_search_attributes(self, request: object, *, retry: bool) -> ListSearchAttributesResponse:
        if self.listing is not None:
            raise RPCError("not yours", self.listing, b"")
        return ListSearchAttributesResponse(
            custom_attributes={key.name: IndexedValueType.ValueType(key.indexed_value_type) for key in KEYS}
        )

    async def count_workflows(self, query: str) -> None:
        if self.refusals > 0:
            self.refusals -= 1
            raise RPCError(f"invalid query: no such column: {query[:7]}", RPCStatusCode.INVALID_ARGUMENT, b"")


async def no_wait(seconds: float) -> None:
    """Time goes by."""


async def settle(temporal: OddTemporal) -> None:
    await settle_attributes(temporal, sleep=no_wait)  # type: ignore[arg-type]


async def test_a_server_that_does_not_let_us_look_is_a_sentence() -> None:
    with pytest.raises(AttributesRefused, match="PERMISSION_DENIED: not yours"):
        await find_missing(OddTemporal(listing=RPCStatusCode.PERMISSION_DENIED))  # type: ignore[arg-type]


async def test_a_start_waits_until_all_services_take_the_attributes_and_says_so_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    fresh = OddTemporal(refusals=30)
    await settle(fresh)
    assert fresh.refusals == 0
    assert caplog.text.count("does not take the search attributes yet") == 1


async def test_attributes_that_are_never_taken_are_refused_in_the_end() -> None:
    with pytest.raises(AttributesRefused, match=r"INVALID_ARGUMENT.*--name ResumeAt --type Datetime"):
        await settle(OddTemporal(refusals=1_000))


@pytest.mark.parametrize("status", [RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNIMPLEMENTED])
async def test_a_start_goes_on_where_nobody_may_list_them_and_they_are_taken(
    status: RPCStatusCode, caplog: pytest.LogCaptureFixture
) -> None:
    await settle(OddTemporal(listing=status))
    assert "cannot be looked up, going on" in caplog.text


async def test_the_real_server_takes_them_once_they_are_registered(client: Client) -> None:
    await settle_attributes(client)
