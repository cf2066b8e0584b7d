"""How the commands of the catalog become a command line: imported when they are called, listed in groups."""

import gc
import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from types import ModuleType
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from cli.grammar.catalog import ALIASES, COMMANDS, Group
from cli.options import Globals


class SharingCommand(TyperCommand):
    """A command that also takes the shared options behind its name, and shows what to type."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Its words as values."""
        with _telling_slips_plainly():
            return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Merge what was given before the name with what was given behind it."""
        names = {field for field in Globals.__dataclass_fields__ if field in ctx.params}
        if "namespace" in names:  # the command's own
            names.remove("namespace")
            ctx.params["namespace"] = ctx.params["namespace"] or ctx.obj.namespace
        elif ctx.obj.namespace is not None:
            ctx.fail(f"'{self.name}' is not about one namespace: -n means nothing to it.")
        ctx.obj = ctx.obj.merged_with({name: ctx.params.pop(name) for name in names})
        return super().invoke(ctx)

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Without the braces that typer puts around what is required: all that has no brackets is."""
        return [piece.replace("{", "").replace("}", "") for piece in super().collect_usage_pieces(ctx)]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Its arguments, its own options, and those of every command."""
        shared = [param for param in self.params if param in ctx.parent.command.params]
        params = [param for param in self.get_params(ctx) if param not in shared and param.name != "help"]
        arguments = [param for param in params if param.param_type_name == "argument"]
        options = [param for param in params if param not in arguments]
        records: dict[str, list[tuple[str, str] | None]] = {
            "Arguments": [(param.metavar or param.name, getattr(param, "help", None) or "") for param in arguments],
            "Options": [param.get_help_record(ctx) for param in options],
            "Options of every command": [
                param.get_help_record(ctx) for param in (*shared, self.get_help_option(ctx)) if param is not None
            ],
        }
        for heading, rows in records.items():
            shown = [row for row in rows if row is not None and row[1]]
            if shown:
                with formatter.section(heading):
                    formatter.write_dl(shown)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """What to type, and the other words for it."""
        assert self.name is not None
        program = ctx.find_root().info_name
        with formatter.section("Examples"):
            for example in COMMANDS[self.name].examples:
                formatter.write(f"  {program} {example}\n")
        words = [alias for alias, command in ALIASES.items() if command == self.name]
        if words:
            formatter.write_paragraph()
            formatter.write_text(f"`{program} {words[0]}` is the same.")


class LazyGroup(TyperGroup):
    """Knows every command's name and help, and imports the one that is called."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """What stands before the name of a command, as values."""
        with _telling_slips_plainly():
            return super().parse_args(ctx, args)

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        """Each once: without the aliases."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        """A stand-in that knows the line of help."""
        entry = COMMANDS.get(cmd_name)
        return None if entry is None else TyperCommand(name=cmd_name, short_help=entry.help)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that is meant, as a whole."""
        wanted = args[0]
        if wanted not in COMMANDS and wanted not in ALIASES and not wanted.startswith("-"):
            near = get_close_matches(wanted, [*COMMANDS, *ALIASES], n=2)
            meant = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
            ctx.fail(f"No such command {wanted!r}.{meant}")
        name, _, rest = super().resolve_command(ctx, [ALIASES.get(wanted, wanted), *args[1:]])
        assert name is not None
        return name, self.load(name), rest

    def load(self, name: str) -> TyperCommand:
        """The command itself, with the shared options that it has no own word for."""
        entry = COMMANDS[name]
        function = getattr(_import(f"cli.commands.{entry.module}"), entry.function)
        single = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
        single.command(name, cls=SharingCommand, help=function.__doc__)(function)
        command = typer.main.get_command(single)
        only_before = {"help", "namespace", "version"}
        command.params = [*command.params, *(param for param in self.params if param.name not in only_before)]
        assert isinstance(command, TyperCommand)
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """A list for each group; an alias stands behind its command."""
        aliases = {command: alias for alias, command in ALIASES.items()}
        for group in Group:
            members = {name: command for name, command in COMMANDS.items() if command.group is group}
            with formatter.section(str(group)):
                formatter.write_dl(
                    (f"{name}, {aliases[name]}" if name in aliases else name, command.help)
                    for name, command in members.items()
                )


@contextmanager
def _telling_slips_plainly() -> Iterator[None]:
    try:
        yield
    except typer.BadParameter as slip:
        _import("cli.grammar.slips").tell_plainly(slip)
        raise


def _import(module: str) -> ModuleType:
    """Import a command. What modules hold stays for good, and looking through it for garbage is a sixth of the time."""
    gc.disable()
    try:
        return importlib.import_module(module)
    finally:
        gc.enable()
