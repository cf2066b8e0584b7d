"""What a command cannot see because rights are missing, and what that means: said wherever decisions are shown."""

from collections.abc import Iterable, Sequence

from activities.errors import KubernetesError
from activities.kube.rights import review_rights
from activities.kube.write_rights import namespaces_without_writes
from operations.installation import Installation
from policies.rights.blindness import Use
from policies.rights.rights import describe_blindness, missing_sight, narrow, sight_for
from policies.wording import name_some

_NAMED = 10


def find_unwritable(installation: Installation, namespaces: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Those in which this command's own identity could pause nothing, and what is not known of that. A worker's own
    rights may be others.
    """
    try:
        return namespaces_without_writes(installation.cluster.transport, namespaces), ()
    except KubernetesError as error:
        return (), (f"whether your credentials could pause anything: {error}",)


def describe_missing_rights(namespaces: Sequence[str]) -> str:
    """What it means that the caller may not write there: whose rights were asked for has to be said."""
    return (
        f"with your own credentials nothing could be paused in {name_some(namespaces, _NAMED)}: patch on deployments "
        "and deployments/scale is missing. A worker has rights of its own; `finops doctor` with its credentials tells"
    )


def find_blindness(installation: Installation, *further: Use) -> tuple[str, ...]:
    """One sentence for each thing that this command's own identity may not see, of what the settings use and more."""
    uses, here = installation.cluster.uses | {*further}, installation.namespace
    asked = [narrow(right, here) for right in sight_for(uses)]
    try:
        return describe_blindness(missing_sight(review_rights(installation.cluster.transport, asked), uses))
    except KubernetesError as error:
        return (f"which rights there are, and so what is not seen: {error}",)


def describe_narrowing(installation: Installation) -> tuple[str, ...]:
    """What nobody looked at, where one namespace was asked about."""
    if installation.namespace is None:
        return ()
    sentence = (
        f"what is in other namespaces than {installation.namespace}: what counts the whole cluster "
        "(maxAffectedPercent), and who waits for a workload elsewhere (wake-after), is not judged"
    )
    return (sentence,)
