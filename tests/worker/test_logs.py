"""Lines of the log, for people and for programs."""

import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from temporalio import activity, workflow
from temporalio.client import Client, WorkflowFailureError
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import ActivityEnvironment
from temporalio.worker import Worker

from activities.alerts.raised import alert
from activities.cluster_context import working_for
from activities.errors import Call, IoError, Unreachable
from policies.workload import WorkloadRef
from worker.errors import TemporalUnreachable
from worker.logs import LogFormat, log_to_stderr
from worker.repeats import EPISODE_SECONDS, ForeseenFilter

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


async def test_an_activity_that_fails_for_a_foreseen_reason_is_one_sentence_and_a_fault_keeps_its_traceback(
    temporal_client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    log_to_stderr(logging.WARNING)
    gone = Unreachable(Call("get", "deployments", server="https://cluster:6443"), "no route to host")
    for error in (gone, ApplicationError(str(gone)), ZeroDivisionError("1/0")):
        with pytest.raises(WorkflowFailureError):
            await fail_in_an_activity(temporal_client, error)
    foreseen, translated, *fault = lines(capsys)
    said = f"fail failed: {gone}"
    assert (foreseen.endswith(said), translated.endswith(said)) == (True, True)
    assert fault[-1] == "ZeroDivisionError: 1/0"


async def fail_in_an_activity(client: Client, error: Exception) -> None:
    @activity.defn
    async def fail() -> None:
        raise error

    queue = uuid4().hex
    async with Worker(client, task_queue=queue, workflows=[OneTry], activities=[fail]):
        await client.execute_workflow(OneTry.run, id=queue, task_queue=queue)


@workflow.defn(sandboxed=False)
class OneTry:
    """An activity, once."""

    @workflow.run
    async def run(self) -> None:
        await workflow.execute_activity(
            "fail", start_to_close_timeout=timedelta(seconds=10), retry_policy=RetryPolicy(maximum_attempts=1)
        )


def test_libraries_do_not_log_addresses(capsys: pytest.CaptureFixture[str]) -> None:
    log_to_stderr(logging.DEBUG)
    logging.getLogger("httpx").info("HTTP Request: POST https://hooks.slack.com/services/secret")
    assert lines(capsys) == []


UNREACHABLE = Unreachable(Call(verb="list", resource="deployments", server="https://there"), "connection refused")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (UNREACHABLE, "https://there cannot be reached: connection refused"),
        (TemporalUnreachable("there:7233", "TEMPORAL_ADDRESS", "certificate expired"), "certificate expired"),
        (RPCError("transport error", RPCStatusCode.UNAVAILABLE, b""), "transport error"),
        (ApplicationError("too much to do", type="Throttled"), "too much to do"),
    ],
)
def test_a_foreseen_error_is_one_sentence_an_episode(
    error: Exception, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    log_to_stderr(logging.INFO)
    for _ in range(100):
        LOG.error("the policies could not be refreshed", exc_info=error)
    (line,) = lines(capsys)
    assert line.partition("the policies could not be refreshed: ")[2].count(told) == 1


def test_a_trouble_that_lasts_is_told_again_with_how_often_it_was_met() -> None:
    now = [0.0]
    thinned = ForeseenFilter(clock=lambda: now[0])

    def meet() -> str:
        record = logging.LogRecord("x", logging.ERROR, "", 0, "it failed", (), (IoError, IoError("no way"), None))
        return record.getMessage() if thinned.filter(record) else ""

    first = [meet() for _ in range(5)]
    now[0] = EPISODE_SECONDS
    assert [*first, meet()] == ["it failed: no way", "", "", "", "", "it failed: no way (and 4 more like it since)"]


def test_each_cluster_of_a_process_has_its_own_troubles(capsys: pytest.CaptureFixture[str]) -> None:
    log_to_stderr(logging.INFO, tell_cluster=True)
    for cluster in ("dev", "staging"):
        with working_for(cluster):
            LOG.error("it failed", exc_info=UNREACHABLE)
    assert [line.split()[3] for line in lines(capsys)] == ["[dev]", "[staging]"]


async def test_an_activity_that_fails_for_a_foreseen_reason_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    log_to_stderr(logging.INFO)
    details = {"activity_type": "consult", "workflow_id": "hibernate/dev/shop/web", "attempt": 3}
    for attempt in range(3):
        text = f"Completing activity as failed ({details | {'attempt': attempt}})"
        LOG.warning(text, exc_info=UNREACHABLE, extra={"temporal_activity": details})
    (line,) = lines(capsys)
    assert "consult failed: the API server at https://there" in line
