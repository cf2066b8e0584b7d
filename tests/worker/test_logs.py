"""Lines of the log, for people and for programs."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from temporalio import activity
from temporalio.testing import ActivityEnvironment

from activities.alerts import alert
from activities.working import working_for
from policies.workload import WorkloadRef
from worker.logs import LogFormat, log_to_stderr

LOG = logging.getLogger("finops.test")
HOSTILE = 'web\n2026-11-25 ERROR forged: "all is lost"\x1b[31m'


@pytest.fixture(autouse=True)
def root() -> Iterator[None]:
    """The root logger as it was."""
    logger = logging.getLogger()
    handlers, level = logger.handlers[:], logger.level
    yield
    logger.handlers[:], logger.level = handlers, level


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().err.splitlines()


def test_a_json_line_holds_what_an_operator_searches_for(capsys: pytest.CaptureFixture[str]) -> None:
    log_to_stderr(logging.INFO, LogFormat.JSON)
    LOG.info("%s sleeps", "dev/web", extra={"workload": WorkloadRef(namespace="dev", name="web"), "policy": "nights"})
    alert("denied", "patch is forbidden", workload="dev/web", verb="patch")
    told, alerted = (json.loads(line) for line in lines(capsys))
    assert (told["level"], told["message"], told["workload"], told["policy"]) == (
        "INFO",
        "dev/web sleeps",
        "dev/web",
        "nights",
    )
    assert (alerted["alert"], alerted["verb"]) == ("denied", "patch")


def test_a_line_tells_its_cluster_where_a_process_serves_several(capsys: pytest.CaptureFixture[str]) -> None:
    log_to_stderr(logging.INFO, LogFormat.JSON)
    with working_for("dev"):
        LOG.info("up")
    log_to_stderr(logging.INFO, tell_cluster=True)
    with working_for("dev"):
        LOG.info("up")
    as_json, as_text = lines(capsys)
    assert json.loads(as_json)["cluster"] == "dev"
    assert as_text.endswith(" INFO [dev] finops.test: up")


def test_a_line_of_an_activity_names_its_workflow(capsys: pytest.CaptureFixture[str]) -> None:
    log_to_stderr(logging.INFO, LogFormat.JSON)

    @activity.defn
    def work() -> None:
        LOG.info("at work")

    ActivityEnvironment().run(work)
    (line,) = lines(capsys)
    assert json.loads(line)["workflow_id"] == "test"


@pytest.mark.parametrize("log_format", LogFormat)
def test_a_name_cannot_forge_a_line(log_format: LogFormat, capsys: pytest.CaptureFixture[str]) -> None:
    log_to_stderr(logging.INFO, log_format)
    LOG.warning("%s is odd", HOSTILE)
    (line,) = lines(capsys)
    assert "\x1b" not in line
    assert "forged" in line


@pytest.mark.parametrize("log_format", LogFormat)
def test_a_traceback_is_kept(log_format: LogFormat, capsys: pytest.CaptureFixture[str]) -> None:
    log_to_stderr(logging.INFO, log_format)
    try:
        int("why")
    except ValueError:
        LOG.exception("it failed")
    said: Any = lines(capsys)
    assert "ValueError: invalid literal" in "\n".join(said)
    assert len(said) == 1 or log_format is LogFormat.TEXT


def test_libraries_do_not_log_addresses(capsys: pytest.CaptureFixture[str]) -> None:
    log_to_stderr(logging.DEBUG)
    logging.getLogger("httpx").info("HTTP Request: POST https://hooks.slack.com/services/secret")
    assert lines(capsys) == []
