"""Several clusters in one file: `[clusters.NAME]` holds what is different for each of them.

What stands in a cluster's table is about that cluster, and so it wins over the environment, which is about all.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from policies.problems import nearest_name
from worker.errors import SettingsError
from worker.settings.sources import place_paths

TABLES = "clusters"
SHARED = frozenset(
    {
        "cluster",
        "state_dir",
        "metrics_port",
        "metrics_host",
        "log_format",
        "otlp_endpoint",
        "payload_keys",
        "temporal_api_key_file",
        "temporal_ui_url",
        "worker_versioning",
    }
)
"""About the process and not about one of its clusters."""

Table = Mapping[str, Any]


def take_tables(values: dict[str, Any], file: Path, paths: Iterable[str]) -> dict[str, Table]:
    """The tables, taken out of what stands in the file; their paths are relative to its folder too.

    Raises SettingsError where they hold what is not about one cluster.
    """
    tables = values.pop(TABLES, {})
    if not isinstance(tables, dict) or not all(isinstance(table, dict) for table in tables.values()):
        raise SettingsError([f"`{TABLES}` in {file}: holds a table for each cluster, such as [{TABLES}.dev]"])
    problems = [
        f"`{TABLES}.{name}.{setting}` in {file}: is about the whole process; set it above the tables"
        for name, table in tables.items()
        for setting in sorted(SHARED & table.keys())
    ]
    if tables and "cluster" in values:
        problems.append(f"`cluster` in {file}: the tables name the clusters; choose with --cluster or FINOPS_CLUSTER")
    if problems:
        raise SettingsError(problems)
    for table in tables.values():
        place_paths(table, file.parent, paths)
    return tables


def choose_clusters(tables: Mapping[str, Table], named: str | None, file: Path) -> Sequence[str]:
    """The clusters that are meant: the named one, else all that have a table. Raises SettingsError for a stranger."""
    if named is None:
        return tuple(tables)
    if named not in tables:
        near = nearest_name(named, tables)
        hint = f"did you mean {near}?" if near else f"there are {', '.join(tables)}"
        raise SettingsError([f"{file} has no table for a cluster {named!r}; {hint}"])
    return (named,)
