"""`-n` and `-A`, as kubectl has them, for every command that is about a namespace or could be.

The namespace of the kubeconfig's context is never taken for one that was not given: it does not stand in the command,
and whoever reads the command afterwards, in a history or a runbook, could not tell what it was about.
"""

from typing import Annotated

import typer

from operations.errors import UsageProblem
from operations.targets import read_namespace

Namespace = Annotated[
    str | None,
    typer.Option("--namespace", "-n", metavar="NAMESPACE", help="Only this namespace; also that of bare names."),
]
"""For a command that lists, or takes several workloads."""

AllNamespaces = Annotated[
    bool, typer.Option("--all-namespaces", "-A", help="Every namespace, as without -n.", show_default=False)
]
"""For a command that lists: it says aloud what goes without saying."""


def choose_namespace(namespace: str | None, everywhere: bool) -> str | None:
    """The one namespace that is meant; None where all are. Raises UsageProblem."""
    if namespace is None:
        return None
    if everywhere:
        raise UsageProblem(f"-n {namespace} and -A contradict each other: give one of them")
    return read_namespace(namespace)
