"""A price list in a file, which is read again when it is replaced, and affects nothing else while it is wrong."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from threading import Lock

from activities.alerts.raised import Episode
from activities.costs.price_list import PriceListSource, read_prices
from activities.costs.source import Costs, CostSource, NoCosts
from activities.errors import PriceFileError
from activities.file_states import FileState
from policies.costs.prices import PriceList


class PriceFileSource:
    """The cost source that `build` makes of the list in the file; as long as that cannot be used, every cost is
    unknown.
    """

    def __init__(self, file: Path, build: Callable[[PriceList], CostSource]) -> None:
        self._file = file
        self._build = build
        self._lock = Lock()
        self._state: FileState | None = None
        self._source: CostSource | None = None
        self._problem = ""
        self._trouble = Episode("costs")

    @property
    def name(self) -> str:
        """The name of the source behind it."""
        source = self._read()
        return PriceListSource.name if source is None else source.name

    @property
    def currency(self) -> str:
        """The currency of the list; empty while it cannot be used."""
        source = self._read()
        return "" if source is None else source.currency

    @property
    def trouble(self) -> str:
        """What is wrong with the list, or what the source behind it says."""
        source = self._read()
        return self._problem if source is None else source.trouble

    def fetch(self, window_end: datetime) -> Costs:
        """The prices by the list as it is now. Raises KubernetesError."""
        source = self._read()
        told = f"{self._problem}: nothing is paused by its cost" if self._problem else ""
        self._trouble.tell(told, over=f"the price list {self._file} can be used again")
        return NoCosts(self._problem) if source is None else source.fetch(window_end)

    def _read(self) -> CostSource | None:
        with self._lock:
            if self._state is None or self._state.has_changed:
                self._state = FileState.of(self._file)
                try:
                    self._source, self._problem = self._build(read_prices(self._file)), ""
                except PriceFileError as error:
                    self._source, self._problem = None, str(error)
            return self._source
