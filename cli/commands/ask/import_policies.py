"""`finops import`: policies that do what another tool was told to do. Reads only, and prints."""

from collections.abc import Callable
from typing import Annotated

import typer

from cli.session import Session
from cli.views.imported import answer, show_imported
from operations.errors import UsageProblem
from operations.plans.draft_policies import Tool, draft_policies
from operations.times import parse_typed_duration
from policies.importing.downscaler_options import DownscalerOptions
from policies.importing.time_specs import check_weekframe
from policies.policy.schedule import check_zone
from policies.problems import FieldError

_Option = Annotated[str | None, typer.Option(metavar="TIMES", help=f"As the {Tool.DOWNSCALER} runs with it.")]
_Patterns = Annotated[
    str | None, typer.Option(metavar="PATTERNS", help="Regular expressions, with commas between them.")
]


def import_policies(
    ctx: typer.Context,
    tool: Annotated[Tool, typer.Argument(help="Whose annotations or objects are read.")],
    default_uptime: _Option = None,
    default_downtime: _Option = None,
    upscale_period: _Option = None,
    downscale_period: _Option = None,
    namespace: Annotated[
        str | None, typer.Option(metavar="NAMES", help="The only namespaces it looks at, with commas between them.")
    ] = None,
    exclude_namespaces: _Patterns = None,
    exclude_deployments: Annotated[str | None, typer.Option(metavar="NAMES", help="With commas between them.")] = None,
    matching_labels: _Patterns = None,
    downtime_replicas: Annotated[int | None, typer.Option(min=0, help="The replicas that it leaves at night.")] = None,
    grace_period: Annotated[str | None, typer.Option(metavar="15m", help="Becomes the cooldownWindow.")] = None,
    default_timezone: Annotated[
        str | None, typer.Option(metavar="ZONE", help="Its DEFAULT_TIMEZONE, for times that name no zone.")
    ] = None,
    default_weekframe: Annotated[
        str | None, typer.Option(metavar="DAYS", help="Its DEFAULT_WEEKFRAME, for times that name no days.")
    ] = None,
) -> None:
    """Print policies that do what py-kube-downscaler or kube-green does in this cluster, in DryRun. Changes nothing."""
    session = Session.of(ctx)
    given = {
        "default_uptime": default_uptime,
        "default_downtime": default_downtime,
        "upscale_period": upscale_period,
        "downscale_period": downscale_period,
        "namespace": _split(namespace),
        "exclude_namespaces": _split(exclude_namespaces),
        "exclude_deployments": _split(exclude_deployments),
        "matching_labels": _split(matching_labels),
        "downtime_replicas": downtime_replicas,
        "grace_period": _read("--grace-period", parse_typed_duration, grace_period),
        "default_timezone": _read("--default-timezone", check_zone, default_timezone),
        "default_weekframe": _read("--default-weekframe", check_weekframe, default_weekframe),
    }
    chosen = {name: value for name, value in given.items() if value is not None}
    if tool is Tool.KUBE_GREEN and chosen:
        named = ", ".join("--" + name.replace("_", "-") for name in chosen)
        raise UsageProblem(f"{named}: only {Tool.DOWNSCALER} has such options")
    transport = session.installation.cluster.transport
    session.terminal.note(f"context {transport.context_name}, server {transport.server}", style="dim")
    imported = draft_policies(session.installation, tool, DownscalerOptions().replace(**chosen))
    if session.terminal.for_programs:
        session.terminal.show(answer(imported))
        return
    show_imported(session.terminal, tool, imported)


def _split(text: str | None) -> tuple[str, ...] | None:
    return None if text is None else tuple(text.split(","))


def _read(option: str, read: Callable[[str], object], text: str | None) -> object:
    try:
        return None if text is None else read(text)
    except FieldError as error:
        raise UsageProblem(f"{option}: {error}") from error
