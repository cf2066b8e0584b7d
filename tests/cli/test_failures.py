from pathlib import Path

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from activities.errors import KubeconfigError
from activities.policy_sources.source import PolicySourceUnreadable
from cli.errors import NeedsYes
from cli.failures import conclude
from operations.errors import NotThere, Refused, UsageProblem
from policies.errors import InvalidAnnotation
from policies.problems import PolicyError, PolicyProblem
from worker.errors import NoTemporalKnown, SettingsError


@pytest.mark.parametrize(
    ("error", "says", "code"),
    [
        (UsageProblem("say what"), "say what", 2),
        (NeedsYes("All will wake."), "say --yes", 2),
        (NotThere("there is none"), "there is none", 1),
        (Refused("a hold is on"), "a hold is on", 1),
        (SettingsError(["--cluster: is no label"]), "--cluster", 2),
        (NoTemporalKnown(Path("/state")), "finops run", 1),
        (KubeconfigError.missing("/nowhere"), "/nowhere", 1),
        (PolicyError([PolicyProblem("p.yaml", 3, "spec", "is required")]), "p.yaml:3: spec", 1),
        (PolicySourceUnreadable("/policies", "gone"), "/policies", 1),
        (InvalidAnnotation("finops.io/paused-at", "x", "a time"), "finops.io/paused-at", 1),
        (RPCError("no", RPCStatusCode.UNAVAILABLE, b""), "try again", 1),
        (RPCError("Namespace x is not found.", RPCStatusCode.NOT_FOUND, b""), "TEMPORAL_NAMESPACE", 1),
        (RPCError("workflow execution already completed", RPCStatusCode.NOT_FOUND, b""), "finops status", 1),
        (WorkflowUpdateFailedError(ApplicationError("it is awake already")), "it is awake already", 1),
        (PermissionError(13, "Permission denied", "/policies/a.yaml"), "/policies/a.yaml: Permission denied", 1),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_an_error_that_was_foreseen_is_a_sentence_and_an_exit_code(error: Exception, says: str, code: int) -> None:
    sentence, got = conclude(error)
    assert (says in sentence, got) == (True, code)


def test_an_error_that_nobody_foresaw_names_itself_and_points_to_the_traceback() -> None:
    sentence, code = conclude(KeyError("spec"))
    assert ("KeyError" in sentence, "--debug" in sentence, code) == (True, True, 1)


def test_an_error_does_nothing_to_a_terminal_and_keeps_the_lines_that_it_has() -> None:
    sentence, _ = conclude(SettingsError(["a: \x1b[2Jx", "b: d\udce9mo"]))
    assert sentence == "a:  [2Jx\nb: d\N{REPLACEMENT CHARACTER}mo"
