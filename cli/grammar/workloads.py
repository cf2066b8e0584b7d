"""The workloads that a command names, one or several."""

from typing import Annotated

import typer

Workloads = Annotated[
    list[str],
    typer.Argument(metavar="NAMESPACE/NAME", help="Deployments; with -n also NAME and deployment/NAME."),
]
"""At least one."""

AnyWorkloads = Annotated[
    list[str] | None,
    typer.Argument(metavar="NAMESPACE/NAME", help="Deployments; with -n also NAME and deployment/NAME."),
]
"""For a command that can also be about a namespace, or everything."""
