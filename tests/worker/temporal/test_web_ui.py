"""Links into Temporal's UI: only where it is known where it stands, and to the page that is meant."""

from pathlib import Path

import pytest

from policies.keys import WorkloadKey
from worker.settings.settings import Settings
from worker.state import ServerAddress, StateFolder
from worker.temporal.web_ui import WebUi, find_web_ui

CATALOG = WorkloadKey("dev-shop", "catalog")
EMBEDDED = ServerAddress(address="127.0.0.1:7233", ui_url="http://127.0.0.1:8233", pid=1)
OURS = {"FINOPS_TEMPORAL_UI_URL": "https://temporal.example/"}
ELSEWHERE = {"TEMPORAL_ADDRESS": "temporal.example:7233"}


@pytest.fixture
def state(tmp_path: Path) -> StateFolder:
    made = StateFolder(tmp_path)
    made.write_server(EMBEDDED)
    return made


def found(state: StateFolder, environment: dict[str, str]) -> WebUi | None:
    return find_web_ui(Settings.load(environment=environment), state, environment=environment)


@pytest.mark.parametrize(
    ("environment", "begins"),
    [
        ({}, "http://127.0.0.1:8233/namespaces/default/"),
        (ELSEWHERE, None),
        (OURS | ELSEWHERE, "https://temporal.example/namespaces/default/"),
        (OURS | ELSEWHERE | {"TEMPORAL_NAMESPACE": "fin ops.a1"}, "https://temporal.example/namespaces/fin%20ops.a1/"),
        (OURS, "https://temporal.example/namespaces/default/"),
    ],
    ids=["embedded", "a server of one's own", "with a UI that is set", "in a namespace", "a UI that is set goes first"],
)
def test_the_ui_is_the_one_of_the_server_that_is_asked(
    state: StateFolder, environment: dict[str, str], begins: str | None
) -> None:
    ui = found(state, environment)
    assert (ui is None) == (begins is None)
    assert ui is None or ui.sleepers_page("demo").startswith(begins or "")


def test_without_a_server_no_ui_is_known(tmp_path: Path) -> None:
    assert found(StateFolder(tmp_path), {}) is None


def test_a_run_has_the_page_that_says_how_it_stands_and_without_one_the_ui_chooses_the_latest() -> None:
    ui = WebUi(url="http://127.0.0.1:8233")
    beginning = "http://127.0.0.1:8233/namespaces/default/workflows/hibernate%2Fdemo%2Fdev-shop%2Fdeployment%2Fcatalog"
    assert ui.hibernation_page("demo", CATALOG, "r1") == f"{beginning}/r1/user-metadata"
    assert ui.hibernation_page("demo", CATALOG) == beginning


def test_a_policy_is_seen_on_the_page_of_its_schedule() -> None:
    page = WebUi(url="http://127.0.0.1:8233").policy_page("demo", "nights")
    assert page == "http://127.0.0.1:8233/namespaces/default/schedules/policy%2Fdemo%2Fnights"


def test_the_list_of_sleepers_is_that_of_one_cluster_without_what_was_terminated() -> None:
    page = WebUi(url="http://127.0.0.1:8233").sleepers_page("demo")
    assert page.partition("?query=")[2] == (
        "Cluster%3D%22demo%22%20AND%20HibernationState%3D%22asleep%22%20AND%20ExecutionStatus%3D%22Running%22"
    )
