"""What a command answers that was asked about several workloads."""

from collections.abc import Mapping

from pydantic import SerializeAsAny

from policies.models import Frozen


class SeveralAnswers(Frozen):
    """The answer on each, in the form that it has alone."""

    items: tuple[SerializeAsAny[Frozen], ...]
    failed: Mapping[str, str]
    """Workloads of which there is no answer, and why."""
