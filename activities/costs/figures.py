"""The last figures that were believed, in a file of the state folder: for people to see while there are no new ones.

Commands are processes of their own and remember nothing. No decision ever rests on this file.
"""

import logging
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Self

from pydantic import ValidationError

from activities.policy_sources.atomic_files import write_atomically
from policies.costs.cost import EarlierCost, HourlyCost
from policies.keys import WorkloadKey
from policies.models import Frozen

_LARGEST_FILE = 8 * 1024 * 1024
_DIGITS = 6

_LOG = logging.getLogger(__name__)


class KeptFigures(Frozen):
    """What each workload cost an hour in the window that ended then, by its name as people write it."""

    as_of: datetime
    currency: str
    source: str
    amounts: Mapping[str, float]

    @classmethod
    def of_window(cls, as_of: datetime, currency: str, source: str, amounts: Mapping[WorkloadKey, float]) -> Self:
        """Those of one window."""
        return cls(as_of=as_of, currency=currency, source=source, amounts={str(key): amounts[key] for key in amounts})

    def of(self, workload: WorkloadKey) -> EarlierCost | None:
        """The figure of one workload, or None."""
        amount = self.amounts.get(str(workload))
        if amount is None:
            return None
        return EarlierCost(cost=HourlyCost(amount=amount, currency=self.currency, source=self.source), as_of=self.as_of)


class FigureFile:
    """The file. A file that cannot be written or read is treated as missing."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, figures: KeptFigures) -> None:
        """Replace what is there. Only where the folder exists: no command creates it just to keep a cache."""
        if not self._path.parent.is_dir():
            return
        rounded = {name: round(amount, _DIGITS) for name, amount in figures.amounts.items()}
        try:
            write_atomically(self._path, figures.replace(amounts=rounded).model_dump_json())
        except OSError as error:
            _LOG.info("the figures could not be kept in %s: %s", self._path, error.strerror)

    def read(self) -> KeptFigures | None:
        """What is kept, or None where the file is missing or cannot be read."""
        try:
            with self._path.open("rb") as stream:
                content = stream.read(_LARGEST_FILE + 1)
            return KeptFigures.model_validate_json(content)
        except (OSError, ValidationError):
            return None
