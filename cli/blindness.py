"""What a command cannot see for want of rights, and what that means: said wherever decisions are shown."""

from activities.errors import KubernetesError
from activities.kube.rights import review_rights
from cli.session import Session
from policies.rights import RIGHTS, Use, describe_blindness, missing_sight


def find_blindness(session: Session, *further: Use) -> tuple[str, ...]:
    """One sentence for each thing that this command's own identity may not see, of what the settings use and more."""
    uses = session.cluster.uses | {*further}
    wanted = [right for right in RIGHTS if right.without is not None and right.without.use in uses]
    try:
        return describe_blindness(missing_sight(review_rights(session.cluster.transport, wanted), uses))
    except KubernetesError as error:
        return (f"which rights there are, and so what is not seen: {error}",)
