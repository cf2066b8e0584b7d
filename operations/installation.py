"""What operations are about, opened only when it is asked for: settings, state folder, cluster, policies."""

import os
from collections.abc import Mapping
from copy import copy
from dataclasses import replace
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from activities.policy_sources.source import PolicySource
from operations.errors import UsageProblem
from operations.listener import Listener, Silence
from policies.wording import as_name
from worker.cluster.policy_source import build_policy_source
from worker.errors import InstanceMismatch
from worker.settings.settings import Settings, the_only
from worker.state import StateFolder
from worker.temporal.web_ui import WebUi, find_web_ui

if TYPE_CHECKING:
    from worker.cluster.cluster import Cluster


class Installation:
    """An installation of this product, as somebody who asks something of it, or tells it something, gets at it.

    Args:
        flags: settings by name that go before environment and file; None where one was not given.
        user: who asks, as it stands in Temporal afterwards.
        listener: who wants to hear how it goes on.
        asks_once: OpenCost and Prometheus are not tried again while a person waits; a process that serves has the time.
    """

    def __init__(
        self,
        flags: Mapping[str, Any] | None = None,
        *,
        user: str,
        listener: Listener | None = None,
        asks_once: bool = True,
    ) -> None:
        self.user = as_name(user)
        self.listener: Listener = Silence() if listener is None else listener
        self.recorded_instance = ""
        self._asks_once = asks_once
        self.namespace: str | None = None
        """The only one that is looked into; None: all are."""
        self.whole: Installation | None = None
        """The one that this is a part of, where it looks into one namespace."""
        self._flags = dict(flags or {})

    def within(self, namespace: str | None) -> "Installation":
        """The same as one sees it who looks into that namespace alone, and may see no other; None: all of it.

        It is closed with this one.
        """
        if namespace is None:
            return self
        narrowed = copy(self)
        vars(narrowed).pop("cluster", None)
        narrowed.namespace, narrowed.whole = namespace, self
        return narrowed

    def close(self) -> None:
        """Close what connections there are."""
        if "cluster" in vars(self):
            self.cluster.close()

    @cached_property
    def settings(self) -> Settings:
        """The settings of the one cluster that this is about. Raises SettingsError."""
        return the_only(self.each_settings)

    @cached_property
    def each_settings(self) -> tuple[Settings, ...]:
        """Those of every cluster it may be about; a variable that sets nothing is pointed out. Raises SettingsError."""
        for sentence in Settings.unknown_variables(os.environ):
            self.listener.warn(sentence)
        return Settings.load_each(**self._flags)

    @property
    def shared_settings(self) -> Settings:
        """Settings of which only what is shared by all clusters may be used. Raises SettingsError."""
        return self.each_settings[0]

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

        Raises UsageProblem where none was named: a guess would make our sleepers a stranger's; InstanceMismatch where
        the worker that would carry it out is another's.
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
    def cluster(self) -> "Cluster":
        """The cluster; nothing is sent yet. Raises KubeconfigError."""
        if self.whole is not None and self.namespace is not None:
            return self.whole.cluster.within(self.namespace)
        from worker.cluster.cluster import Cluster  # noqa: PLC0415 - a fifth of a second, and many ask Temporal alone

        return Cluster.connect(self.settings, self.known_instance or "", asks_once=self._asks_once)

    def own_clock_ahead(self) -> timedelta | None:
        """How far this machine's clock is ahead of the API server's (negative: behind), as the latest answer told; None
        where none did.
        """
        from activities.clocks import read_own_clock  # noqa: PLC0415 - the completion of names need not wait for it

        server_now = self.cluster.transport.server_now()
        return None if server_now is None else read_own_clock() - server_now

    @property
    def web_ui(self) -> WebUi | None:
        """The pages of Temporal's UI; None where it is not known where they are."""
        return find_web_ui(self.shared_settings, self.state)

    @cached_property
    def policies(self) -> PolicySource:
        """The source of policies; a folder needs no cluster. Raises KubeconfigError where it is the cluster."""
        return build_policy_source(self.settings, lambda: self.cluster.transport)
