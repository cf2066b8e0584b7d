"""What an error of any room ends as.

It knows the error trees of all rooms, so a command that is to start quickly imports it only when something failed.
"""

from operations.errors import UsageProblem
from operations.failures import describe_failure, describe_unforeseen
from policies.wording import as_line
from worker.errors import SettingsError


def conclude(error: Exception) -> tuple[str, int]:
    """What to print on stderr, and the exit code: 1 where it failed, 2 for a call that makes no sense."""
    told = describe_failure(error) or f"{describe_unforeseen(error)}; --debug shows the traceback"
    return "\n".join(map(as_line, told.split("\n"))), 2 if isinstance(error, UsageProblem | SettingsError) else 1
