"""What `version` answers to programs."""

from policies.models import Frozen


class VersionAnswer(Frozen):
    """`finops version`."""

    version: str
    """Of finops."""
    python: str
    """Of the Python it runs in."""
