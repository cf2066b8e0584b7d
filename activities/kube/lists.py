"""Listings of any kind, page by page, straight from bytes into small models."""

from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from activities.errors import Denied, ListExpired, UnexpectedAnswer
from activities.kube.calls import PAGE_SECONDS, QUICK_SECONDS, narrowed
from activities.kube.replies import Reply
from activities.kube.transport import KubeTransport

PAGE_SIZE = 500
RESTARTS = 2
"""How often a listing begins again when its page token has expired; only a very slow one needs it once."""

ItemT = TypeVar("ItemT", bound=BaseModel)


class KubeModel(BaseModel):
    """The part of an object that is used, under the names it has in Kubernetes."""

    model_config = ConfigDict(frozen=True, extra="ignore", validate_by_name=True, validate_by_alias=True)


class ListMeta(KubeModel):
    """What a page says of the listing."""

    next_token: str = Field(default="", alias="continue")


class ListPage(KubeModel, Generic[ItemT]):
    """One page. The API server writes an empty list as null at times."""

    metadata: ListMeta = ListMeta()
    items: list[ItemT] | None = None


class RawPage(KubeModel):
    """One page whose items are looked at one by one."""

    metadata: ListMeta = ListMeta()
    items: list[Any] | None = None


def request_page(
    transport: KubeTransport, path: str, token: str = "", *, limit: int = PAGE_SIZE, seconds: float = PAGE_SECONDS
) -> Reply:
    """One page of a listing, at the newest state; with a token, of the snapshot its first page saw. Of all namespaces,
    unless the transport is held to one.

    Raises KubernetesError, ListExpired where the token is too old.
    """
    query = {"limit": str(limit)} | ({"continue": token} if token else {})
    return transport.request("GET", narrowed(path, transport.namespace), query=query, read_seconds=seconds)


def list_items(transport: KubeTransport, path: str, model: type[ItemT], *, limit: int = PAGE_SIZE) -> tuple[ItemT, ...]:
    """All items of a collection. Begins again where the listing expired. Raises KubernetesError."""
    for _ in range(RESTARTS):
        try:
            return _list_once(transport, path, model, limit)
        except ListExpired:
            continue
    return _list_once(transport, path, model, limit)


def list_few(transport: KubeTransport, path: str, model: type[ItemT]) -> tuple[ItemT, ...]:
    """All items of a collection that is a page at most, such as one kind in one namespace, without a long wait.

    Raises KubernetesError; UnexpectedAnswer where there are more.
    """
    reply = request_page(transport, path, seconds=QUICK_SECONDS)
    page = decode(ListPage[model], reply)  # type: ignore[valid-type]
    if page.metadata.next_token:
        raise UnexpectedAnswer(reply.call, f"there are more than {PAGE_SIZE} of them")
    return tuple(page.items or ())


def list_if_allowed(
    transport: KubeTransport, path: str, model: type[ItemT], *, limit: int = PAGE_SIZE
) -> tuple[ItemT, ...] | None:
    """All items of a collection, or None where the right to list them is missing. Raises KubernetesError."""
    try:
        return list_items(transport, path, model, limit=limit)
    except Denied as error:
        if not error.is_forbidden:
            raise
        return None


def _list_once(transport: KubeTransport, path: str, model: type[ItemT], limit: int) -> tuple[ItemT, ...]:
    page_model = ListPage[model]  # type: ignore[valid-type]
    items: list[ItemT] = []
    token = ""
    while True:
        reply = request_page(transport, path, token, limit=limit)
        page = decode(page_model, reply)
        items += page.items or ()
        token = page.metadata.next_token
        if not token:
            return tuple(items)


ModelT = TypeVar("ModelT", bound=BaseModel)


def decode(model: type[ModelT], reply: Reply) -> ModelT:
    """An answer as a model. Raises UnexpectedAnswer naming the first field that does not fit, never its value."""
    try:
        return model.model_validate_json(reply.body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "the body"
        raise UnexpectedAnswer(reply.call, f"{place} does not fit ({first['type']})", status=reply.status) from None
