"""Pages of workloads, each read at once into what the rules ask about."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, ValidationError

from activities.kube.lists import ListPage, RawPage, decode
from activities.kube.quantities import InvalidQuantity
from activities.kube.replies import Reply
from activities.kube.workloads.conversion import READERS, Reader
from policies.keys import WorkloadKey
from policies.kinds import KINDS, Kind
from policies.workload import Workload


@dataclass(frozen=True)
class Unreadable:
    """A workload that cannot be understood, and why."""

    what: WorkloadKey | Kind
    """Its kind, where not even its name can be read."""
    problem: str
    but_requests: Workload | None = None
    """Where only its requests cannot be read: the workload without them, so that it can be woken."""

    @property
    def key(self) -> WorkloadKey | None:
        """Which it is, where its name can be read."""
        return self.what if isinstance(self.what, WorkloadKey) else None

    @property
    def name(self) -> str:
        """As people write it."""
        return f"a {self.what.title}" if isinstance(self.what, Kind) else str(self.what)

    def __str__(self) -> str:
        return f"{self.name}: {self.problem}"


@dataclass(frozen=True)
class Page:
    """A page of a listing. No object is left out: those that could not be understood are named."""

    workloads: tuple[Workload, ...]
    unreadable: tuple[Unreadable, ...] = ()
    next_token: str = ""


class KindPages:
    """Reads the pages of one kind.

    Each object is reduced as soon as it is read: 500 whole ones at a time cost a worker 16 MB that it never gets back,
    because what is kept of them lies scattered among what is freed.
    """

    def __init__(self, kind: Kind, reader: Reader) -> None:
        self._kind = kind
        self._reader = reader
        self._page: Any = ListPage[Annotated[reader.model, AfterValidator(self._reduce)]]  # type: ignore[name-defined]

    def read(self, reply: Reply) -> Page:
        """The page in an answer. Raises UnexpectedAnswer."""
        try:
            page = self._page.model_validate_json(reply.body)
        except ValidationError:
            return self._read_by_item(reply)
        return _as_page(page.items or (), page.metadata.next_token)

    def _reduce(self, item: Any) -> Workload | Unreadable:
        try:
            return self._reader.convert(item)
        except InvalidQuantity as error:
            without = self._reader.convert_anyway(item)
            return Unreadable(without.ref.key, f"a request is {error}", but_requests=without)

    def _read_by_item(self, reply: Reply) -> Page:
        """A page with an object in it that is not what Kubernetes says it is: the others still count."""
        page = decode(RawPage, reply)
        read: list[Workload | Unreadable] = []
        for item in page.items or []:
            try:
                read.append(self._reduce(self._reader.model.model_validate(item)))
            except ValidationError as error:
                place = ".".join(map(str, error.errors(include_url=False, include_input=False)[0]["loc"]))
                read.append(Unreadable(_key_or_kind(item, self._kind), f"{place or 'its shape'} cannot be read"))
        return _as_page(read, page.metadata.next_token)


PAGES = {kind: KindPages(kind, READERS[kind.name]) for kind in KINDS}


def _as_page(items: Iterable[Workload | Unreadable], token: str) -> Page:
    read = tuple(items)
    return Page(
        workloads=tuple(item for item in read if isinstance(item, Workload)),
        unreadable=tuple(item for item in read if isinstance(item, Unreadable)),
        next_token=token,
    )


def _key_or_kind(item: Any, kind: Kind) -> WorkloadKey | Kind:
    metadata = item.get("metadata") if isinstance(item, dict) else None
    if not isinstance(metadata, dict):
        return kind
    return WorkloadKey(str(metadata.get("namespace", "?")), str(metadata.get("name", "?")), kind.name)
