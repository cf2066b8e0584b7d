"""One call of the command: the installation that it is about, and the terminal that it is typed at."""

import getpass
import logging
import platform
from collections.abc import Sequence
from typing import Any

import typer

from cli.console import Terminal
from cli.options import EVERYWHERE, Globals, OutputFormat
from operations.errors import UsageProblem
from operations.installation import Installation
from worker.logs import log_to_stderr


class Session:
    """One call of the command."""

    def __init__(self, options: Globals, *, serves: bool = False) -> None:
        self.options = options
        self.terminal = Terminal(options.output or OutputFormat.TABLE)
        self.installation = Installation(
            options.settings_flags(), user=name_user(), listener=self.terminal, asks_once=not serves
        )
        self._log_level = logging.DEBUG if options.verbose else logging.INFO if serves else logging.ERROR
        log_to_stderr(self._log_level)

    @classmethod
    def of(cls, ctx: typer.Context, *, serves: bool = False, formats: Sequence[OutputFormat] = EVERYWHERE) -> "Session":
        """The session of this call. One that `serves` logs what it does, and has the time to ask a server again.

        Raises UsageProblem where the command cannot print in the format that is asked for.
        """
        options = ctx.obj
        assert isinstance(options, Globals)
        if options.output is not None and options.output not in formats:
            raise UsageProblem(f"finops {ctx.info_name} has no -o {options.output}: it prints as {', '.join(formats)}")
        session = cls(options, serves=serves)
        ctx.call_on_close(session.installation.close)
        return session

    def log_as_configured(self) -> None:
        """From now on, in the form of the settings: for a process that serves. Raises SettingsError."""
        several = len(self.installation.each_settings) > 1
        log_to_stderr(self._log_level, self.installation.shared_settings.log_format, tell_cluster=several)

    def introduce(self) -> None:
        """Say which cluster this is about: the wrong context is the oldest mistake there is."""
        transport = self.installation.cluster.transport
        self.terminal.say(f"context {transport.context_name}, server {transport.server}", style="dim")

    @property
    def place(self) -> dict[str, Any]:
        """The same for programs: the first keys of a command's JSON."""
        transport = self.installation.cluster.transport
        return {"context": transport.context_name, "server": transport.server}


def name_user() -> str:
    """Who calls, as it stands in the Temporal UI afterwards."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = "somebody"
    return f"{name}@{platform.node() or 'localhost'}"
