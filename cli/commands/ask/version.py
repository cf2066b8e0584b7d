"""`finops version`: which version of the package and of Python this is."""

import platform

import typer

from cli.options import Globals, OutputFormat
from cli.versions import describe_versions, read_version


def version(ctx: typer.Context) -> None:
    """Print the version of finops and of Python. Asks no server."""
    options: Globals = ctx.obj
    if options.output in {None, OutputFormat.TABLE}:
        typer.echo(describe_versions())
        return
    from cli.answers.version import VersionAnswer  # noqa: PLC0415 - as below
    from cli.session import Session  # noqa: PLC0415 - it takes longer than all the rest

    answer = VersionAnswer(version=read_version(), python=platform.python_version())
    Session.of(ctx).terminal.show(answer)
