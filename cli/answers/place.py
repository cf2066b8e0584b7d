"""Where an answer is about."""

from policies.models import Frozen


class Placed(Frozen):
    """An answer about one cluster, as the kubeconfig names it."""

    context: str
    """The context of the kubeconfig."""
    server: str
    """The address of the API server."""
