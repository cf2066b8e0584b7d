"""Policies that somebody has in a file or a directory, before they are in force."""

from pathlib import Path

from activities.policy_sources.files import read_policies
from operations.errors import UsageProblem
from policies.policy.document import EnforcementPolicy
from policies.problems import PolicyError


def load_policies(path: Path) -> tuple[EnforcementPolicy, ...]:
    """The policies of a file or directory. Raises PolicyError with everything that is wrong, UsageProblem for none."""
    read = read_policies(path)
    if read.problems:
        raise PolicyError(read.problems)
    if not read.policies:
        raise UsageProblem(f"{path} holds no policy")
    return read.policies
