"""Registers the search attributes, and refuses to work with others of the same name.

Without them every start of a hibernation is refused and an upsert holds its workflow up; a wrong type is never
reported by the server at all. So this runs at every start of a worker.
"""

from typing import Any

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey
from temporalio.service import RPCError

from activities.visibility import KEYS
from worker.errors import AttributeClash, AttributesRefused

_WANTED = {key.name: int(key.indexed_value_type) for key in KEYS}


async def register_attributes(client: Client) -> tuple[str, ...]:
    """Add the missing search attributes to the client's namespace and return their names.

    Raises:
        AttributeClash: one exists with another type; nothing was added.
        AttributesRefused: the server refuses, or another attribute is one too many for its slots.
    """
    missing = await find_missing(client)
    if missing:
        request = AddSearchAttributesRequest(
            namespace=client.namespace,
            search_attributes={name: IndexedValueType.ValueType(_WANTED[name]) for name in missing},
        )
        try:
            await client.operator_service.add_search_attributes(request, retry=True)
        except RPCError as error:
            raise _refused(client, error, missing) from error
    return missing


async def find_missing(client: Client) -> tuple[str, ...]:
    """The names of the search attributes the client's namespace does not have; only reads.

    Raises:
        AttributeClash: one exists with another type.
        AttributesRefused: the server does not let us look.
    """
    request = ListSearchAttributesRequest(namespace=client.namespace)
    try:
        listed = await client.operator_service.list_search_attributes(request, retry=True)
    except RPCError as error:
        raise _refused(client, error, tuple(_WANTED)) from error
    have = {name: int(kind) for name, kind in listed.custom_attributes.items()}
    clashes = {
        name: (_type_name(have[name]), _type_name(kind))
        for name, kind in _WANTED.items()
        if have.get(name, kind) != kind
    }
    if clashes:
        raise AttributeClash(client.namespace, clashes)
    return tuple(name for name in _WANTED if name not in have)


def type_name(key: SearchAttributeKey[Any]) -> str:
    """The type of a key as Temporal's command line calls it: Keyword, Datetime, Double ..."""
    return _type_name(int(key.indexed_value_type))


def _type_name(kind: int) -> str:
    name = IndexedValueType.Name(IndexedValueType.ValueType(kind)).removeprefix("INDEXED_VALUE_TYPE_")
    return "KeywordList" if name == "KEYWORD_LIST" else name.capitalize()


def _refused(client: Client, error: RPCError, missing: tuple[str, ...]) -> AttributesRefused:
    reason = f"{error.status.name}: {error.message}"
    return AttributesRefused(client.namespace, reason, {name: _type_name(_WANTED[name]) for name in missing})
