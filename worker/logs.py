"""What a process logs, for people or for programs.

A name or a message can hold anything. Neither form lets it begin a line of its own.
"""

import json
import logging
import sys
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from temporalio import activity, workflow

from activities.cluster_context import current_cluster
from worker.repeats import ForeseenFilter

_TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_TEXT_OF_SEVERAL = "%(asctime)s %(levelname)s [%(finops_cluster)s] %(name)s: %(message)s"
_FIELDS = ("workload", "policy", "reason", "alert", "resource", "verb")
"""Of what a log call adds, these are shown."""
_CHATTY = ("urllib3", "kubernetes", "httpcore", "httpx")
"""At their own level INFO they log addresses, and an address can be a secret."""


class LogFormat(StrEnum):
    """How a line of the log looks."""

    TEXT = "text"
    JSON = "json"


class TextFormatter(logging.Formatter):
    """A line for people."""

    def __init__(self, *, tell_cluster: bool = False) -> None:
        """`tell_cluster`: each line tells which one it is about."""
        super().__init__(_TEXT_OF_SEVERAL if tell_cluster else _TEXT, defaults={"finops_cluster": ""})

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """The line, whose message cannot begin another one; a traceback may."""
        record.message = _on_one_line(record.message)
        return super().formatMessage(record)


class JsonFormatter(logging.Formatter):
    """An object a line: time, level, logger, message, and what is known of cluster, workload, policy and workflow.

    By hand, because these are all the fields there are: a library's work would be to take what else a record carries.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line of JSON."""
        entry: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        entry |= {name: str(value) for name in _FIELDS if (value := getattr(record, name, None)) is not None}
        if cluster := getattr(record, "finops_cluster", ""):
            entry["cluster"] = cluster
        entry |= _workflow_of(record)
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=True)


def log_to_stderr(level: int, log_format: LogFormat = LogFormat.TEXT, *, tell_cluster: bool = False) -> None:
    """Log from this level on, to stderr and nowhere else. JSON always tells the cluster, text where it is asked to."""
    handler = logging.StreamHandler(sys.stderr)
    is_json = log_format is LogFormat.JSON
    handler.setFormatter(JsonFormatter() if is_json else TextFormatter(tell_cluster=tell_cluster))
    handler.addFilter(_note_where)
    handler.addFilter(ForeseenFilter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    workflow.logger.workflow_info_on_message = False  # the line says whom it is about; JSON has the workflow beside it
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(level, logging.ERROR))


def _note_where(record: logging.LogRecord) -> bool:
    """Keep the cluster, activity and workflow a line was logged in: the line is written by the same thread."""
    record.finops_cluster = current_cluster()
    if activity.in_activity():
        info = activity.info()
        record.finops_workflow = {"workflow_id": info.workflow_id, "activity": info.activity_type}
    return True


def _workflow_of(record: logging.LogRecord) -> dict[str, str]:
    """The workflow of a record: what this module noted, or what the SDK's own loggers add."""
    noted: dict[str, str] | None = getattr(record, "finops_workflow", None)
    if noted is not None:
        return noted
    told = getattr(record, "temporal_workflow", None)
    if isinstance(told, dict) and "workflow_id" in told:
        return {"workflow_id": str(told["workflow_id"])}
    return {}


def _on_one_line(text: str) -> str:
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)
