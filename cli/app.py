"""The command line as a whole: the commands of the catalog, and the options that they share."""

from pathlib import Path
from typing import Annotated

import typer

from cli.ending import breaking_off
from cli.grammar.catalog import ALIASES, COMMANDS
from cli.grammar.group import LazyGroup
from cli.options import Globals, OutputFormat
from cli.versions import describe_versions

app = typer.Typer(
    cls=LazyGroup,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(describe_versions())
        raise typer.Exit


@app.callback()
def options(
    ctx: typer.Context,
    cluster: Annotated[
        str | None, typer.Option(metavar="CLUSTER", help="Name of the cluster (FINOPS_CLUSTER).")
    ] = None,
    instance: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Whose sleepers are ours (FINOPS_INSTANCE)."),
    ] = None,
    kubeconfig: Annotated[Path | None, typer.Option(metavar="FILE", help="Kubeconfig file.")] = None,
    context: Annotated[str | None, typer.Option(metavar="CONTEXT", help="Context in it.")] = None,
    namespace: Annotated[
        str | None,
        typer.Option("--namespace", "-n", metavar="NAMESPACE", help="As behind the name of a command that has it."),
    ] = None,
    state_dir: Annotated[Path | None, typer.Option(metavar="DIR", help="State folder (FINOPS_STATE_DIR).")] = None,
    output: Annotated[OutputFormat | None, typer.Option("--output", "-o", help="For people or for programs.")] = None,
    verbose: Annotated[bool | None, typer.Option("--verbose", "-v", help="Say more on stderr.")] = None,
    debug: Annotated[bool | None, typer.Option("--debug", help="Show the traceback of an error.")] = None,
    version: Annotated[  # noqa: ARG001 - its callback answers
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version.")
    ] = False,
) -> None:
    """Lets idle and off-hours Deployments sleep, and wakes each with its replicas."""
    called = ctx.invoked_subcommand or ""
    breaking_off.acts = COMMANDS[ALIASES.get(called, called)].acts
    ctx.obj = Globals(
        cluster=cluster,
        instance=instance,
        kubeconfig=kubeconfig,
        context=context,
        namespace=namespace,
        state_dir=state_dir,
        output=output,
        verbose=verbose,
        debug=debug,
    )
