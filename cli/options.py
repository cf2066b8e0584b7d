"""The options that every command takes, before or behind its name."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any


class OutputFormat(StrEnum):
    """How results are printed: the words are kubectl's."""

    TABLE = "table"
    WIDE = "wide"
    """The table with more columns."""
    JSON = "json"
    YAML = "yaml"
    NAME = "name"
    """One name a line, as other commands take it."""


EVERYWHERE = (OutputFormat.TABLE, OutputFormat.JSON, OutputFormat.YAML)
"""What every command that prints a result can do."""
LISTS = (OutputFormat.TABLE, OutputFormat.WIDE, OutputFormat.JSON, OutputFormat.YAML, OutputFormat.NAME)
"""What a command can do that lists workloads."""


@dataclass(frozen=True)
class Globals:
    """What was given; None where it was not."""

    cluster: str | None = None
    instance: str | None = None
    kubeconfig: Path | None = None
    context: str | None = None
    namespace: str | None = None
    """Given before the name of the command: not merged, but handed to a command that has it."""
    state_dir: Path | None = None
    output: OutputFormat | None = None
    verbose: bool | None = None
    debug: bool | None = None

    def merged_with(self, later: Mapping[str, Any]) -> "Globals":
        """These options, with those given behind the command's name on top."""
        return replace(self, **{name: value for name, value in later.items() if value is not None})

    def settings_flags(self) -> dict[str, Any]:
        """The options that are settings too."""
        return {
            "cluster": self.cluster,
            "instance": self.instance,
            "kubeconfig": self.kubeconfig,
            "context": self.context,
            "state_dir": self.state_dir,
        }
