"""What an error of any room ends as.

It knows the error trees of all rooms, so a command that is to start quickly imports it only when something failed.
"""

from operations.errors import UsageProblem
from operations.failures import describe_failure
from worker.errors import SettingsError


def conclude(error: Exception) -> tuple[str, int]:
    """What to print on stderr, and the exit code: 1 where it failed, 2 for a call that makes no sense."""
    told = describe_failure(error) or _describe_unforeseen(error)
    return told, 2 if isinstance(error, UsageProblem | SettingsError) else 1


def _describe_unforeseen(error: Exception) -> str:
    told = " ".join(str(error).split())[:300]
    return f"this should not have happened ({type(error).__name__}: {told}); --debug shows the traceback"
