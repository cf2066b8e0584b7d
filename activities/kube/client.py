"""What is used of the official client: its configuration, its ways to log in, its connections.

Importing any part of that client imports all of it, and `requests` and `oauthlib` with it: 7 MB of a worker's 110, for
watches, streams, dynamic objects and the refresh of an OIDC `auth-provider`. So while it is imported, empty modules are
in the place of what is not used here. Afterwards they are gone, and an import of one of those parts gets the real one.
"""

import logging
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType, SimpleNamespace
from typing import Any

_UNUSED = (
    *(f"kubernetes.{part}" for part in ("dynamic", "informer", "leaderelection", "stream", "watch")),
    "oauthlib.oauth2",
    "requests_oauthlib",
)


@contextmanager
def _without_what_is_unused() -> Iterator[None]:
    stand_ins = {name: ModuleType(name) for name in _UNUSED if name not in sys.modules}
    if "requests_oauthlib" in stand_ins:
        stand_ins["requests_oauthlib"].OAuth2Session = _open_session  # type: ignore[attr-defined]
    sys.modules.update(stand_ins)
    try:
        yield
    finally:
        for name, stand_in in stand_ins.items():
            sys.modules.pop(name, None)
            package, _, part = name.rpartition(".")
            if getattr(sys.modules.get(package), part, None) is stand_in:
                delattr(sys.modules[package], part)


def _open_session(*arguments: Any, **named: Any) -> Any:
    """The session that a refresh of a token asks for, of the real library."""
    return import_module("requests_oauthlib").OAuth2Session(*arguments, **named)


def _import_whole() -> None:
    """Another version of the client may use what this one does not: then it is imported as it is."""
    for name in [name for name in sys.modules if name == "kubernetes" or name.startswith("kubernetes.")]:
        del sys.modules[name]
    import_module("kubernetes")


try:
    with _without_what_is_unused():
        import_module("kubernetes")
except (ImportError, AttributeError):
    _import_whole()

from kubernetes.client.configuration import Configuration  # noqa: E402 - now that it may be imported
from kubernetes.client.rest import RESTClientObject, should_bypass_proxies  # noqa: E402
from kubernetes.config import exec_provider, kube_config  # noqa: E402
from kubernetes.config.config_exception import ConfigException  # noqa: E402
from kubernetes.config.incluster_config import load_incluster_config  # noqa: E402
from kubernetes.config.kube_config import KubeConfigLoader, KubeConfigMerger  # noqa: E402

_LOG = logging.getLogger(__name__)
_TOOK_TOO_LONG = "exec: the credential plugin gave nothing within"
PLUGIN_SECONDS = 30.0
"""For a credential plugin without a terminal: one that asks a person there would wait for ever."""


class _Plugin(subprocess.Popen[str]):
    """The program of a credential plugin. The client itself waits for one without an end."""

    def communicate(self, input: str | None = None, timeout: float | None = None) -> tuple[str, str]:  # noqa: A002
        limit = timeout if timeout is not None or sys.stdout.isatty() else PLUGIN_SECONDS
        try:
            return super().communicate(input, limit)
        except subprocess.TimeoutExpired:
            self.kill()
            with self:
                # In words of our own, for the client logs it: the command may hold a secret.
                raise ConfigException(f"{_TOOK_TOO_LONG} {limit:g} s") from None


def _pass_on_our_own(message: str) -> None:
    """Its complaints about a plugin go to the root logger, may quote what the plugin printed, and name no context:
    `kubeconfig.py` says in words of its own that there are no credentials. Only that one took too long is from here.
    """
    if message.startswith(_TOOK_TOO_LONG):
        _LOG.error(message)


kube_config.logging = SimpleNamespace(error=_pass_on_our_own)  # type: ignore[attr-defined,assignment]
exec_provider.subprocess = SimpleNamespace(Popen=_Plugin, PIPE=subprocess.PIPE)  # type: ignore[attr-defined,assignment]

__all__ = [
    "ConfigException",
    "Configuration",
    "KubeConfigLoader",
    "KubeConfigMerger",
    "RESTClientObject",
    "load_incluster_config",
    "should_bypass_proxies",
]
