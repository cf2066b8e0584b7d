"""What is used of the official client: its configuration, its ways to log in, its connections.

Importing any part of that client imports all of it, and `requests` and `oauthlib` with it: 7 MB of a worker's 110, for
watches, streams, dynamic objects and the refresh of an OIDC `auth-provider`. So while it is imported, empty modules are
in the place of what is not used here. Afterwards they are gone, and whoever imports one of those parts gets the real
one.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
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
from kubernetes.config.config_exception import ConfigException  # noqa: E402
from kubernetes.config.incluster_config import load_incluster_config  # noqa: E402
from kubernetes.config.kube_config import KubeConfigLoader, KubeConfigMerger  # noqa: E402

__all__ = [
    "ConfigException",
    "Configuration",
    "KubeConfigLoader",
    "KubeConfigMerger",
    "RESTClientObject",
    "load_incluster_config",
    "should_bypass_proxies",
]
