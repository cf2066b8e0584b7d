"""The reference of the settings, as Markdown made from the fields of `Settings` and their docstrings."""  # noqa: INP001

import ast
import inspect
from collections.abc import Mapping
from datetime import timedelta
from textwrap import dedent
from typing import Any

from pydantic.fields import FieldInfo

from policies.durations import format_duration
from worker.settings.settings import Settings

_INTRODUCTION = """# Settings

*Generated from `worker/settings/settings.py`; do not edit.*

A flag wins over the environment, and the environment over `finops.toml` in the state folder (or the file that
`FINOPS_CONFIG` names; there the names are in lower case, without `FINOPS_`). A settings file can hold a table for each
of [several clusters](clusters.md). A list is separated by spaces or commas.
"""
_SECTIONS = {
    "Which cluster, and whose sleepers": (
        "",
        ("cluster", "instance", "kubeconfig", "context", "state_dir", "policy_source", "policies"),
    ),
    "Temporal": (
        (
            "`TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`, `TEMPORAL_API_KEY`, `TEMPORAL_TLS_*` and `TEMPORAL_PROFILE` are "
            "what they are for every Temporal client. Without them it is the server of the last `finops run`."
        ),
        ("temporal_api_key_file", "temporal_ui_url", "worker_versioning", "payload_keys"),
    ),
    "When and how fast": ("", ("interval", "min_sleep", "pauses_per_second", "wakes_per_second")),
    "What is never paused": (
        "[The shipped list](security.md#what-is-never-paused) is in Security.",
        ("protected_namespaces", "unprotected_namespaces"),
    ),
    "Costs": (
        "From a [file of prices](#a-file-of-prices), or from [OpenCost](opencost.md).",
        (
            "prices",
            "max_hourly_cost",
            "opencost_url",
            "opencost_timeout",
            "opencost_cluster",
            "opencost_namespaces",
            "opencost_unallocated_percent",
        ),
    ),
    "Idleness": (
        (
            "For policies with `idleWindow`: [Idleness](idleness.md), and [requests that do not "
            "count](idleness.md#requests-that-do-not-count)."
        ),
        (
            "prometheus_url",
            "prometheus_token_file",
            "prometheus_username",
            "prometheus_password_file",
            "prometheus_headers_file",
            "prometheus_ca_file",
            "prometheus_matchers",
            "uncounted_requests",
        ),
    ),
    "Messages to people": (
        "[Who hears of it](operations.md#who-hears-of-it).",
        ("slack_webhook_file", "teams_webhook_file", "webhook_url", "webhook_key_file", "webhook_hosts", "events"),
    ),
    "Metrics, logs, traces": (
        "[What is measured](operations.md#what-is-measured).",
        ("metrics_port", "metrics_host", "log_format", "otlp_endpoint"),
    ),
}
_DEFAULTS = {
    "state_dir": "`~/.local/state/finops-enforcer`",
    "policies": "`policies` in the state folder",
    "protected_namespaces": "none",
    "uncounted_requests": "scrapers",
}
"""Of those whose default depends on the machine, or is a long list."""
_END = """
## Extras

Some settings, and `holidays` in a policy, need packages of their own. From a checkout, in its virtual environment:

| extra | for | install |
|---|---|---|
| `embedded` | `finops run` and `finops demo` | `pip install -e '.[embedded]'` |
| `holidays` | public holidays in a [schedule](calendar.md#days-that-differ) | `pip install -e '.[embedded,holidays]'` |
| `tracing` | `FINOPS_OTLP_ENDPOINT` | `pip install -e '.[embedded,tracing]'` |
| `encryption` | `FINOPS_PAYLOAD_KEYS` | `pip install -e '.[embedded,encryption]'` |

The image holds the last three already.

## A file of prices

`FINOPS_PRICES` names it; what it leaves out comes from the built-in list:

```yaml
currency: USD
rates: {cpuCore: 0.031611, memoryGib: 0.004237, gpu: 0.95}    # an hour of a core, a GiB, a GPU
nodes:
  - labels: {example.com/pool: spot}                          # the first entry whose labels a pod's node has
    factor: 0.3
```
"""


def settings_reference() -> str:
    """The page, as Markdown. Raises ValueError where a setting has no docstring, or no section, or two."""
    told, placed = _docstrings(), [name for _, names in _SECTIONS.values() for name in names]
    if sorted(placed) != sorted(Settings.model_fields) or not told.keys() >= set(placed):
        raise ValueError(f"settings without a section or a docstring: {set(placed) ^ set(told)}")
    parts = [_INTRODUCTION]
    for title, (sentence, names) in _SECTIONS.items():
        introduction = f"{sentence}\n\n" if sentence else ""
        parts.append(f"\n## {title}\n\n{introduction}{_table(names, told)}")
    return "".join([*parts, _END])


def _docstrings() -> dict[str, str]:
    """What stands under each field."""
    (body,) = ast.parse(dedent(inspect.getsource(Settings))).body
    assert isinstance(body, ast.ClassDef)
    found = {}
    for field, below in zip(body.body, body.body[1:], strict=False):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(below, ast.Expr)
            and isinstance(below.value, ast.Constant)
        ):
            found[field.target.id] = " ".join(str(below.value.value).split())
    return found


def _table(names: tuple[str, ...], told: Mapping[str, str]) -> str:
    rows = ["| variable | default | what |", "|---|---|---|"]
    for name in names:
        default = _DEFAULTS.get(name) or _default(Settings.model_fields[name])
        rows.append(f"| `FINOPS_{name.upper()}` | {default} | {told[name]} |")
    return "\n".join(rows) + "\n"


def _default(field: FieldInfo) -> str:
    value: Any = field.default
    if isinstance(value, timedelta):
        value = format_duration(value)
    if isinstance(value, bool):
        value = str(value).lower()
    if isinstance(value, float | int):
        value = f"{value:g}"
    return "none" if value in {None, "", ()} else f"`{value}`"
