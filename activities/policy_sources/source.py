"""Where a worker's policies come from: a directory of files, or custom resources of its cluster.

A worker has one source. What could not be read is never taken for what is not there.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from policies.policy.document import EnforcementPolicy
from policies.problems import PolicyProblem


class PolicySourceUnreadable(Exception):
    """The source cannot be read, which is not the same as holding no policy.

    `lost` tells a source that is gone, or that the caller may not read any more, from one that gave no answer just now.
    """

    def __init__(self, place: str, why: str, *, lost: bool = False) -> None:
        self.place = place
        self.why = why
        self.lost = lost
        super().__init__(f"policies in {place} cannot be read: {why}")


@dataclass(frozen=True, slots=True)
class PoliciesRead:
    """What a source held: the valid policies by name, and everything wrong with the others."""

    policies: tuple[EnforcementPolicy, ...] = ()
    problems: tuple[PolicyProblem, ...] = ()
    objection: str = ""
    """Why nothing may be paused by any of them, although they can be read."""

    @property
    def complete(self) -> bool:
        """Whether all of it could be read: only then is a policy that is not among these gone."""
        return not self.problems


class PolicySource(Protocol):
    """The one source of policies of a worker, and of the commands beside it."""

    @property
    def place(self) -> str:
        """Where the policies are, as a person would say it."""

    def prepare(self) -> None:
        """Make the source ready to be written to, or make sure that it is. Raises OSError, PolicySourceUnreadable."""

    def read(self) -> PoliciesRead:
        """All of them, as they are now. Raises PolicySourceUnreadable."""

    def write(self, policy: EnforcementPolicy) -> object:
        """Write or replace one. Raises OSError, KubernetesError."""

    def remove(self, name: str) -> bool:
        """Remove one; False where no policy has that name. Raises OSError, KubernetesError."""

    def holds(self, name: str) -> bool:
        """Whether a document stands where `write` would put that policy, even a broken one."""


@dataclass(frozen=True, slots=True)
class Found:
    """A valid policy, and where it stood."""

    policy: EnforcementPolicy
    file: str
    line: int | None = None


def settle(found: Iterable[Found], problems: Iterable[PolicyProblem]) -> PoliciesRead:
    """What was read, in the order of names.

    Policies that share a name are all left out: which one was meant is a guess.
    """
    wrong = list(problems)
    by_name: dict[str, list[Found]] = defaultdict(list)
    for item in found:
        by_name[item.policy.name].append(item)
    for name, (first, *others) in by_name.items():
        wrong += (
            PolicyProblem(
                file=other.file,
                line=other.line,
                field="metadata.name",
                wrong=f'"{name}" is also the name of the policy at {first.file}:{first.line}; neither is used',
                policy=name,
            )
            for other in others
        )
    return PoliciesRead(
        policies=tuple(by_name[name][0].policy for name in sorted(by_name) if len(by_name[name]) == 1),
        problems=tuple(wrong),
    )
