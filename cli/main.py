"""The `finops` command: which commands there are, the options they share, and what an error ends as.

A command's module is imported when the command is called, so that `finops --help` answers at once.
"""

import gc
import importlib
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any, NamedTuple, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup

from cli.ending import end_process
from cli.options import Globals, OutputFormat


class Command(NamedTuple):
    """Where a command lives, and its line in `finops --help`."""

    module: str
    """Below `cli.commands`."""
    function: str
    help: str


COMMANDS = {
    "plan": Command("ask.plan", "plan", "Show what could be paused now and what that would save. Changes nothing."),
    "explain": Command("ask.explain", "explain", "Show every check's verdict on one Deployment. Changes nothing."),
    "calendar": Command(
        "ask.calendar", "calendar", "Show when a policy's schedule lets workloads sleep. Changes nothing."
    ),
    "backtest": Command(
        "ask.backtest", "backtest", "Replay a policy over the past that Prometheus knows. Changes nothing."
    ),
    "import": Command(
        "ask.import_policies",
        "import_policies",
        "Print policies that do what py-kube-downscaler or kube-green does. Changes nothing.",
    ),
    "run": Command("serve.run", "run", "Run everything in this process: embedded Temporal, worker and schedules."),
    "worker": Command("serve.worker", "worker", "Run a worker against a Temporal server of yours."),
    "apply": Command("tell.apply", "apply", "Validate policies and put them in force."),
    "delete": Command("tell.delete", "delete", "Delete a policy; what sleeps under it is handed over or wakes."),
    "status": Command("ask.status", "status", "Show who sleeps, since when, until when, and what that saves."),
    "costs": Command("ask.costs", "costs", "Show what every Deployment costs an hour. Changes nothing."),
    "savings": Command("ask.savings", "savings", "Show what sleep avoided, by policy and namespace. Changes nothing."),
    "history": Command("ask.history", "history", "Show what is known of one Deployment's sleeps. Changes nothing."),
    "pause": Command("tell.pause", "pause", "Pause a Deployment by hand until a time."),
    "resume": Command("tell.resume", "resume", "Wake one Deployment, those of a namespace, or all."),
    "keep-awake": Command("tell.keep_awake", "keep_awake", "Keep a Deployment awake until a time."),
    "hold": Command("tell.hold", "hold", "No new pauses in this cluster until `finops release`."),
    "release": Command("tell.hold", "release", "End a hold."),
    "doctor": Command(
        "ask.doctor", "doctor", "Check cluster, rights, Temporal and settings, and say how to mend them."
    ),
    "demo": Command("serve.demo", "demo", "Play the whole life of sleeping workloads on a local control plane."),
}


class _Command(TyperCommand):
    """A command that also takes the shared options behind its name."""

    def invoke(self, ctx: Any) -> Any:
        names = {field for field in Globals.__dataclass_fields__ if field in ctx.params}
        ctx.obj = ctx.obj.merged_with({name: ctx.params.pop(name) for name in names})
        return super().invoke(ctx)


class _LazyGroup(TyperGroup):
    """Knows every command's name and help, and imports the one that is called."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        entry = COMMANDS.get(cmd_name)
        return None if entry is None else TyperCommand(name=cmd_name, short_help=entry.help)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, _, rest = super().resolve_command(ctx, args)
        assert name is not None
        return name, self._load(name), rest

    def _load(self, name: str) -> TyperCommand:
        entry = COMMANDS[name]
        function = getattr(_import(f"cli.commands.{entry.module}"), entry.function)
        single = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
        single.command(name, cls=_Command, help=function.__doc__)(function)
        command = typer.main.get_command(single)
        command.params = [*command.params, *(param for param in self.params if param.name != "help")]
        assert isinstance(command, TyperCommand)
        return command


def _import(module: str) -> ModuleType:
    """Import a command. What modules hold stays for good, and looking through it for garbage is a sixth of the time."""
    gc.disable()
    try:
        return importlib.import_module(module)
    finally:
        gc.enable()


app = typer.Typer(
    cls=_LazyGroup,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def options(
    ctx: typer.Context,
    cluster: Annotated[str | None, typer.Option(help="Name of the cluster (FINOPS_CLUSTER).")] = None,
    instance: Annotated[
        str | None,
        typer.Option(help="Whose sleepers are ours (FINOPS_INSTANCE)."),
    ] = None,
    kubeconfig: Annotated[Path | None, typer.Option(help="Kubeconfig file.")] = None,
    context: Annotated[str | None, typer.Option(help="Context in it.")] = None,
    state_dir: Annotated[Path | None, typer.Option(help="State folder (FINOPS_STATE_DIR).")] = None,
    output: Annotated[OutputFormat | None, typer.Option("--output", "-o", help="For people or for programs.")] = None,
    verbose: Annotated[bool | None, typer.Option("--verbose", "-v", help="Say more on stderr.")] = None,
    debug: Annotated[bool | None, typer.Option("--debug", help="Show the traceback of an error.")] = None,
) -> None:
    """Lets idle and off-hours Deployments sleep, and gives every one back with its replica count."""
    ctx.obj = Globals(
        cluster=cluster,
        instance=instance,
        kubeconfig=kubeconfig,
        context=context,
        state_dir=state_dir,
        output=output,
        verbose=verbose,
        debug=debug,
    )


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command and end the process: 0 done, 1 failed, 2 a call that makes no sense."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        app(given, prog_name="finops")
        code = 0
    except SystemExit as done:
        code = done.code if isinstance(done.code, int) else 1
    except Exception as error:  # noqa: BLE001 - the one place where every error ends as a sentence
        if "--debug" in given:
            traceback.print_exc()
        sentence, code = importlib.import_module("cli.failures").conclude(error)
        sys.stderr.write(f"finops: {sentence}\n")
    end_process(code)
