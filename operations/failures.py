"""From an exception to what a person reads: every error that somebody foresaw is one sentence, never a traceback."""

from temporalio.client import WorkflowFailureError, WorkflowUpdateFailedError
from temporalio.exceptions import FailureError
from temporalio.service import RPCError, RPCStatusCode

from activities.errors import IoError
from activities.policy_sources.source import PolicySourceUnreadable
from operations.errors import OperationError
from policies.errors import RuleError
from policies.problems import PolicyError
from worker.errors import WorkerError

_FORESEEN = (OperationError, WorkerError, IoError, PolicyError, PolicySourceUnreadable, RuleError)

_REMEDIES = {
    RPCStatusCode.UNAVAILABLE: "it went away in the middle; see that it runs and try again",
    RPCStatusCode.DEADLINE_EXCEEDED: "it did not answer in time; try again",
    RPCStatusCode.PERMISSION_DENIED: "the credentials of TEMPORAL_* lack a right",
    RPCStatusCode.UNAUTHENTICATED: "the credentials of TEMPORAL_* are missing or wrong",
}
_NO_NAMESPACE = "see that TEMPORAL_NAMESPACE names a namespace that is there"
_ENDED = "what was asked has just ended; `finops status` shows how it stands now, so try again"


def describe_failure(error: Exception) -> str:
    """What a person reads; empty for an error that was not foreseen."""
    if isinstance(error, _FORESEEN):
        return str(error)
    if isinstance(error, WorkflowUpdateFailedError | WorkflowFailureError):
        cause = error.cause
        return cause.message if isinstance(cause, FailureError) else str(cause)
    if isinstance(error, RPCError):
        remedy = _remedy_of(error)
        return f"Temporal refused: {error.message}" + ("" if remedy is None else f"; {remedy}")
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    return ""


def describe_unforeseen(error: Exception) -> str:
    """The same of an error that nobody foresaw."""
    return f"this should not have happened ({type(error).__name__}: {' '.join(str(error).split())[:300]})"


def describe_trouble(error: Exception) -> str:
    """What a person reads of one of several whose failure, whatever it is, must not stop the others."""
    return describe_failure(error) or describe_unforeseen(error)


def _remedy_of(error: RPCError) -> str | None:
    if error.status is not RPCStatusCode.NOT_FOUND:
        return _REMEDIES.get(error.status)
    return _NO_NAMESPACE if "namespace" in error.message.lower() else _ENDED
