"""Requests by price list: a cost source that needs nothing but the Deployments themselves."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import Field, ValidationError

from activities.costs.source import Costs, NoCosts
from activities.errors import Denied, PriceFileError
from activities.kube.objects.placements import Placements
from activities.policy_sources.yaml_documents import LARGEST_FILE, YamlDocument, read_documents
from policies.costs.cost import CostAnswer
from policies.costs.prices import NodePrice, PriceList, Rates
from policies.policy.parts import DocumentPart
from policies.problems import PolicyProblem, line_of, shown, translate, written_path
from policies.workload import Workload

_HIGHEST = 1000
_FIELDS = tuple(Rates.model_fields)


@dataclass(frozen=True)
class _Quotes:
    prices: PriceList
    placements: Placements | None
    problem: str = ""
    answered: str = ""
    kept: str = ""

    def quote(self, workload: Workload) -> CostAnswer:
        """The price of the requests of all its replicas, on the nodes they run on."""
        placed = () if self.placements is None else self.placements.of(workload.ref)
        return self.prices.quote(workload.requests, workload.replicas, placed)


class PriceListSource:
    """Prices by request. `placements` lists where pods run, for prices that depend on the node."""

    name = "price list"
    trouble = ""

    def __init__(self, prices: PriceList, placements: Callable[[], Placements] | None = None) -> None:
        self._prices = prices
        self._placements = placements

    @property
    def currency(self) -> str:
        """The currency of the list."""
        return self._prices.currency

    def fetch(self, window_end: datetime) -> Costs:  # noqa: ARG002 - requests are those of this moment
        """The prices, with where the pods run where that matters.

        Everything is unknown where the right to list pods or nodes is missing. Raises KubernetesError.
        """
        try:
            placements = self._placements() if self._placements is not None else None
        except Denied as error:
            return NoCosts(f"prices depend on the node, but {error}")
        return _Quotes(self._prices, placements)


class _RatesPart(DocumentPart):
    """Prices of an hour; what is left out comes from the list, or from the built-in one."""

    cpu_core: float | None = Field(default=None, ge=0, le=_HIGHEST, allow_inf_nan=False, strict=True)
    memory_gib: float | None = Field(default=None, ge=0, le=_HIGHEST, allow_inf_nan=False, strict=True)
    gpu: float | None = Field(default=None, ge=0, le=_HIGHEST, allow_inf_nan=False, strict=True)

    def over(self, base: Rates) -> Rates:
        return base.replace(**self.model_dump(by_alias=False, exclude_none=True))


class _NodePart(DocumentPart):
    """Other prices for the nodes with these labels."""

    labels: dict[str, str] = Field(min_length=1, strict=True)
    rates: _RatesPart = _RatesPart()
    factor: float = Field(default=1.0, gt=0, le=10, allow_inf_nan=False, strict=True)


class _PricesPart(DocumentPart):
    """A file of prices."""

    currency: str = Field(default="USD", pattern="^[A-Z]{3}$", strict=True)
    rates: _RatesPart = _RatesPart()
    nodes: tuple[_NodePart, ...] = ()

    def as_list(self) -> PriceList:
        base = self.rates.over(Rates())
        nodes = (NodePrice(labels=node.labels, rates=node.rates.over(base), factor=node.factor) for node in self.nodes)
        return PriceList(currency=self.currency, rates=base, nodes=tuple(nodes))


def read_prices(path: Path) -> PriceList:
    """The price list of a YAML file: `currency`, `rates` and `nodes`.

    Raises PriceFileError naming file, line and field of everything that is wrong.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(LARGEST_FILE + 1)
    except OSError as error:
        raise PriceFileError([f"{path}: cannot be read: {error.strerror}"]) from None
    document = _only_document(path, content)
    try:
        part = _PricesPart.model_validate(document.data, by_name=False)
    except ValidationError as error:
        problems = translate(error, model=_PricesPart, file=str(path), lines=document.lines)
        raise PriceFileError([_say(problem) for problem in problems]) from None
    _check_currency(path, part, document)
    return part.as_list()


def _only_document(path: Path, content: bytes) -> YamlDocument:
    documents = read_documents(content)
    faults = [
        str(PolicyProblem(str(path), fault.line, written_path(fault.path), fault.wrong))
        for document in documents
        for fault in document.faults
    ]
    if faults:
        raise PriceFileError(faults)
    if len(documents) != 1:
        raise PriceFileError([f"{path}: must hold one list of prices, not {len(documents)}"])
    (document,) = documents
    if not isinstance(document.data, Mapping):
        raise PriceFileError([f"{path}: must be a mapping with currency, rates and nodes, not {shown(document.data)}"])
    return document


def _check_currency(path: Path, part: _PricesPart, document: YamlDocument) -> None:
    """The built-in rates are dollars: filling up a list in another currency with them would mix two."""
    missing = [field for field in _FIELDS if getattr(part.rates, field) is None]
    if part.currency == "USD" or not missing:
        return
    lines = document.lines
    raise PriceFileError(
        [
            str(
                PolicyProblem(
                    str(path),
                    line_of(("rates",), lines),
                    f"rates.{_RatesPart.model_fields[field].alias}",
                    f"is required, because the built-in price is in USD and the list in {part.currency}",
                )
            )
            for field in missing
        ]
    )


def _say(problem: PolicyProblem) -> str:
    if problem.field == "currency":
        return f"{problem}; write three capital letters such as EUR"
    return str(problem)
