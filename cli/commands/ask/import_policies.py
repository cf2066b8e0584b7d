"""`finops import`: policies that do what another tool was told to do. Reads only, and prints."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer
import yaml

from activities.kube.objects.foreign import DEPLOYMENTS, NAMESPACES, SLEEP_INFOS, list_foreign, list_running_pods
from cli.session import Session
from operations.errors import NotFound, UsageProblem
from policies.durations import parse_duration
from policies.importing import downscaler, kube_green
from policies.importing.downscaler import DownscalerOptions, import_downscaler
from policies.importing.drafts import Draft, Foreign, Imported
from policies.importing.kube_green import import_kube_green
from policies.importing.time_specs import check_weekframe
from policies.policy.parsing import to_document
from policies.policy.schedule import check_zone
from policies.problems import FieldError

_SHIPPED = DownscalerOptions()


class Tool(StrEnum):
    """Whose settings are read."""

    DOWNSCALER = downscaler.TOOL
    KUBE_GREEN = kube_green.TOOL


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
        str | None, typer.Option(metavar="NAMES", help="The only ones it looks at, with commas between them.")
    ] = None,
    exclude_namespaces: _Patterns = None,
    exclude_deployments: Annotated[str | None, typer.Option(metavar="NAMES", help="With commas between them.")] = None,
    matching_labels: _Patterns = None,
    downtime_replicas: Annotated[int | None, typer.Option(min=0, help="What it leaves at night.")] = None,
    grace_period: Annotated[str | None, typer.Option(metavar="15m", help="Becomes the cooldownWindow.")] = None,
    default_timezone: Annotated[
        str | None, typer.Option(metavar="ZONE", help="Of times that name none: its DEFAULT_TIMEZONE.")
    ] = None,
    default_weekframe: Annotated[
        str | None, typer.Option(metavar="DAYS", help="Of times that name none: its DEFAULT_WEEKFRAME.")
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
        "grace_period": _read("--grace-period", parse_duration, grace_period),
        "default_timezone": _read("--default-timezone", check_zone, default_timezone),
        "default_weekframe": _read("--default-weekframe", check_weekframe, default_weekframe),
    }
    chosen = {name: value for name, value in given.items() if value is not None}
    if tool is Tool.KUBE_GREEN and chosen:
        named = ", ".join("--" + name.replace("_", "-") for name in chosen)
        raise UsageProblem(f"{named}: only {Tool.DOWNSCALER} has such options")
    transport = session.installation.cluster.transport
    session.terminal.note(f"context {transport.context_name}, server {transport.server}", style="dim")
    with session.terminal.progress(f"reading what {tool} was told"):
        imported = _import(session, tool, _SHIPPED.model_copy(update=chosen))
    if session.terminal.for_programs:
        session.terminal.show_json(_as_json(imported))
    else:
        sys.stdout.write("---\n".join(map(_as_yaml, imported.drafts)))
        _tell(session, tool, imported)


def _import(session: Session, tool: Tool, options: DownscalerOptions) -> Imported:
    """Raises KubernetesError, NotFound."""
    deployments, now = _list(session, DEPLOYMENTS), datetime.now(UTC)
    if tool is Tool.DOWNSCALER:
        pods = list_running_pods(session.installation.cluster.transport)
        return import_downscaler(_list(session, NAMESPACES), deployments, options, now, pods)
    return import_kube_green(_list(session, SLEEP_INFOS), deployments, now)


def _list(session: Session, path: str) -> tuple[Foreign, ...]:
    found = list_foreign(session.installation.cluster.transport, path)
    if found is None:
        kind = path.rpartition("/")[2]
        raise NotFound(
            f"{session.installation.cluster.transport.server} knows no {kind}: is {Tool.KUBE_GREEN} installed there?"
        )
    return found


def _as_yaml(draft: Draft) -> str:
    return f"# From {draft.origin}\n" + yaml.safe_dump(to_document(draft.policy), sort_keys=False, allow_unicode=True)


def _as_json(imported: Imported) -> dict[str, object]:
    return {
        "policies": [to_document(draft.policy) for draft in imported.drafts],
        "commands": imported.commands,
        "not_carried_over": imported.left_out,
    }


def _tell(session: Session, tool: Tool, imported: Imported) -> None:
    """What is not in the policies, for people; the policies alone go to standard output."""
    terminal = session.terminal
    if imported.commands:
        terminal.note("\nRun these as well, so that what was excluded stays awake:", style="bold")
        for command in imported.commands:
            terminal.note(command)
    if imported.left_out:
        terminal.note("\nNot carried over:", style="bold")
        for each in imported.left_out:
            terminal.note(str(each), style="yellow")
    number = len(imported.drafts)
    policies = "1 policy in DryRun" if number == 1 else f"{number} policies in DryRun"
    told = policies if number else "nothing that lets a Deployment sleep"
    terminal.note(f"\n{tool}: {told}. Look with finops calendar and finops plan before you set mode: Enforce.")
    if tool is Tool.DOWNSCALER and not imported.drafts:
        terminal.note("Where it runs with options, name them: --default-uptime, --default-downtime, --namespace, ...")


def _split(text: str | None) -> tuple[str, ...] | None:
    return None if text is None else tuple(text.split(","))


def _read(option: str, read: Callable[[str], object], text: str | None) -> object:
    try:
        return None if text is None else read(text)
    except FieldError as error:
        raise UsageProblem(f"{option}: {error}") from error
