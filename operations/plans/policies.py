"""The policies that a question is about: those of files, the applied ones, or a sample."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from activities.policy_sources.files import read_policies
from operations.errors import UsageProblem
from operations.installation import Installation
from operations.policy_source import read_applied
from policies.models import Frozen
from policies.policy.document import EnforcementPolicy
from policies.problems import PolicyError

SAMPLE_HOURLY_COST = 0.02


class Chosen(Frozen):
    """The policies that a question is about, at least one, and where they are from."""

    policies: tuple[EnforcementPolicy, ...]
    whence: str


def sample_policy() -> EnforcementPolicy:
    """Every namespace, and only what costs something. It is never stored, so it never acts."""
    return EnforcementPolicy.model_validate(
        {
            "metadata": {"name": "sample"},
            "spec": {"scope": {"namespaces": {"include": ["*"]}}, "minHourlyCost": SAMPLE_HOURLY_COST},
        }
    )


def load_policies(*paths: Path) -> tuple[EnforcementPolicy, ...]:
    """The policies of files and directories; `-` is standard input. Raises PolicyError with everything that is wrong,
    UsageProblem where there is no policy.
    """
    read = read_policies(*paths)
    if read.problems:
        raise PolicyError(read.problems)
    if not read.policies:
        raise UsageProblem(f"{', '.join(map(str, paths))} {'holds' if len(paths) == 1 else 'hold'} no policy")
    return read.policies


def choose_policies(installation: Installation, named: Sequence[str]) -> Chosen:
    """Those of these names or files; without any, all applied ones, else the sample. An applied policy goes before a
    file of its name.

    Raises UsageProblem, PolicyError, KubeconfigError.
    """
    applied = {policy.name: policy for policy in read_applied(installation)}
    if named:
        chosen = tuple(policy for name in named for policy in _find(name, applied))
        return Chosen(policies=chosen, whence="policies " + ", ".join(policy.name for policy in chosen))
    place = installation.policies.place
    if applied:
        return Chosen(policies=tuple(applied.values()), whence=f"policies of {place}")
    return Chosen(policies=(sample_policy(),), whence=f"no policy in {place}: judging by the sample of `finops plan`")


def _find(name: str, applied: Mapping[str, EnforcementPolicy]) -> tuple[EnforcementPolicy, ...]:
    if name in applied:
        return (applied[name],)
    if Path(name).exists():
        return load_policies(Path(name))
    there = ", ".join(applied) or "none"
    raise UsageProblem(f"there is no policy and no file {name!r}; applied are: {there}")
