"""Registers the search attributes, and refuses to work with others of the same name.

Without them every start of a hibernation is refused and an upsert holds its workflow up; a wrong type is never
reported by the server at all. So this runs at every start of a worker.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey
from temporalio.service import RPCError, RPCStatusCode

from activities.hibernation.visibility import KEYS
from worker.errors import AttributeClash, AttributesRefused

PATIENCE = timedelta(minutes=3)
"""The services of a Temporal look for new attributes every minute."""
_LOOKS_APART = 2.0
_MAY_NOT_LOOK = frozenset({RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNIMPLEMENTED})
"""As a hosted Temporal answers, where attributes are made by its own console."""
_LOG = logging.getLogger(__name__)

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


async def settle_attributes(
    client: Client, patience: timedelta = PATIENCE, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
) -> None:
    """Register what is missing, and wait until Temporal takes all of them: its services learn of new ones only
    gradually. Where they may not be listed, only that last question is asked.

    Raises:
        AttributeClash: as `register_attributes`.
        AttributesRefused: as that, or they are not taken even after the time of `patience`.
    """
    try:
        await register_attributes(client)
    except AttributesRefused as error:
        if error.status not in _MAY_NOT_LOOK:
            raise
        _LOG.warning("whether Temporal has the search attributes cannot be looked up, going on: %s", error.reason)
    waited = 0.0
    while (refusal := await _refusal_of_use(client)) is not None:
        if waited >= patience.total_seconds():
            raise _refused(client, refusal, tuple(_WANTED)) from refusal
        if not waited:
            _LOG.warning("Temporal does not take the search attributes yet, waiting for it: %s", refusal.message)
        await sleep(_LOOKS_APART)
        waited += _LOOKS_APART


async def _refusal_of_use(client: Client) -> RPCError | None:
    """What Temporal says against a query that uses all of them; nothing where it takes it."""
    try:
        await client.count_workflows(" AND ".join(f"{name} IS NULL" for name in _WANTED))
    except RPCError as error:
        if error.status is RPCStatusCode.INVALID_ARGUMENT:
            return error
        raise
    return None


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
    types = {name: _type_name(_WANTED[name]) for name in missing}
    return AttributesRefused(client.namespace, reason, error.status, types)
