"""What a command works with, opened only when it is asked for: settings, state folder, cluster, terminal."""

import getpass
import logging
import os
import platform
from dataclasses import replace
from functools import cached_property

import typer

from activities.policy_sources.source import PolicySource
from cli.console import Terminal
from cli.errors import UsageProblem
from cli.options import Globals, OutputFormat
from worker.cluster.cluster import Cluster, build_policy_source
from worker.errors import InstanceMismatch
from worker.logs import log_to_stderr
from worker.settings.settings import Settings, the_only
from worker.state import StateFolder


class Session:
    """One call of the command."""

    def __init__(self, options: Globals, *, log_level: int = logging.ERROR) -> None:
        self.options = options
        self.recorded_instance = ""
        self.asks_once = True
        """OpenCost and Prometheus are not tried again while a person waits; a process that serves has the time."""
        self.terminal = Terminal(options.output or OutputFormat.TABLE)
        self._log_level = logging.DEBUG if options.verbose else log_level
        log_to_stderr(self._log_level)

    @classmethod
    def of(cls, ctx: typer.Context, *, log_level: int = logging.ERROR) -> "Session":
        """The session of this call. `log_level` is what is logged without --verbose."""
        options = ctx.obj
        assert isinstance(options, Globals)
        session = cls(options, log_level=log_level)
        ctx.call_on_close(session.close)
        return session

    def close(self) -> None:
        """Close what connections there are."""
        if "cluster" in vars(self):
            self.cluster.close()

    @cached_property
    def settings(self) -> Settings:
        """The settings of the one cluster that this call is about. Raises SettingsError."""
        return the_only(self.each_settings)

    @cached_property
    def each_settings(self) -> tuple[Settings, ...]:
        """Those of every cluster it may be about; a variable that sets nothing is pointed out. Raises SettingsError."""
        for sentence in Settings.unknown_variables(os.environ):
            self.terminal.note(sentence, "yellow")
        return Settings.load_each(**self.options.settings_flags())

    @property
    def shared_settings(self) -> Settings:
        """Settings of which only what is shared by all clusters may be used. Raises SettingsError."""
        return self.each_settings[0]

    def log_as_configured(self) -> None:
        """From now on, in the form of the settings: for a process that serves. Raises SettingsError."""
        log_to_stderr(self._log_level, self.shared_settings.log_format, tell_cluster=len(self.each_settings) > 1)

    @cached_property
    def state(self) -> StateFolder:
        """The state folder, which need not exist."""
        return StateFolder(self.shared_settings.state_dir)

    @property
    def known_instance(self) -> str | None:
        """The instance that is configured, else the cluster's, once its record was read, else the state folder's."""
        return self.settings.instance or self.recorded_instance or self.state.read_instance()

    def take_instance(self, recorded: str) -> None:
        """Learn whose the cluster is: from its record, which a worker of that installation wrote."""
        self.recorded_instance = recorded
        self.cluster = replace(self.cluster, instance=self.known_instance or "")

    def require_instance(self) -> str:
        """The instance that a hibernation is started for.

        Raises UsageProblem where nobody named one: a guess would make our sleepers a stranger's; InstanceMismatch
        where the worker that would carry it out is another's.
        """
        if self.recorded_instance and self.known_instance not in {None, self.recorded_instance}:
            raise InstanceMismatch(
                self.settings.cluster, expected=self.recorded_instance, found=self.known_instance or ""
            )
        if self.known_instance is None:
            raise UsageProblem(
                "no instance is known: name the one of your worker with --instance or FINOPS_INSTANCE, or start "
                "`finops run` once"
            )
        return self.known_instance

    @cached_property
    def cluster(self) -> Cluster:
        """The cluster; nothing is sent yet. Raises KubeconfigError."""
        return Cluster.connect(self.settings, self.known_instance or "", asks_once=self.asks_once)

    @cached_property
    def policies(self) -> PolicySource:
        """The source of policies; a folder needs no cluster. Raises KubeconfigError where it is the cluster."""
        return build_policy_source(self.settings, lambda: self.cluster.transport)

    def introduce(self) -> None:
        """Say which cluster this is about: the wrong context is the oldest mistake there is."""
        transport = self.cluster.transport
        self.terminal.say(f"context {transport.context_name}, server {transport.server}", style="dim")

    @property
    def user(self) -> str:
        """Who calls, as it stands in the Temporal UI afterwards."""
        try:
            name = getpass.getuser()
        except (KeyError, OSError):
            name = "somebody"
        return f"{name}@{platform.node() or 'localhost'}"
