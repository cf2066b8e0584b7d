"""The policies in force, read from the worker's source of them."""

from collections.abc import Iterable, Sequence

from activities.errors import IoError
from activities.policy_sources.source import PolicySourceUnreadable
from operations.errors import NotThere
from operations.installation import Installation
from policies.names import MANUAL
from policies.policy.document import EnforcementPolicy
from policies.problems import nearest_name
from worker.settings.values import PolicyPlace


def read_applied(installation: Installation) -> tuple[EnforcementPolicy, ...]:
    """The policies in force; none where nothing was ever applied. Policies in the cluster that may not be listed are
    none either, and the listener is warned.
    """
    try:
        read = installation.policies.read()
    except PolicySourceUnreadable as error:
        if installation.settings.policy_source is PolicyPlace.CLUSTER:
            installation.listener.warn(f"which policies are in force is not known: {error}")
        return ()
    for problem in read.problems:
        installation.listener.warn(f"warning: in force and broken: {problem}")
    if read.objection:
        installation.listener.warn(f"warning: no policy pauses anything: {read.objection}")
    return read.policies


def read_quietly(installation: Installation) -> tuple[EnforcementPolicy, ...] | None:
    """The policies in force, for a command that can do without: None where they cannot be read."""
    try:
        return installation.policies.read().policies
    except (IoError, PolicySourceUnreadable):
        return None


def in_force(installation: Installation, policies: Iterable[EnforcementPolicy]) -> list[EnforcementPolicy]:
    """Those of them under whose names one is in force. The others never ran."""
    names = read_names(installation) or ()
    return [policy for policy in policies if policy.name in names]


def refuse_unknown(policies: Sequence[EnforcementPolicy] | None, name: str | None, nothing: str) -> None:
    """For a command that found `nothing` of the policy it is about: one that is not in force may well be mistyped.

    Raises NotThere, with the one that was probably meant; where it is not known which are in force, nothing is said.
    """
    if policies is None or name in {None, MANUAL, *(policy.name for policy in policies)}:
        return
    near = nearest_name(str(name), [policy.name for policy in policies])
    meant = f"; did you mean {near}?" if near else ""
    raise NotThere(f"there is no policy {name}, and {nothing} under it{meant}")


def read_names(installation: Installation) -> list[str] | None:
    """The names of the policies in force; None where they cannot be read."""
    policies = read_quietly(installation)
    return None if policies is None else [policy.name for policy in policies]
