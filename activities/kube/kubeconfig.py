"""Which cluster, as whom: from a kubeconfig, or from the pod this runs in.

The official client reads the files and runs the credential plugins. Its error messages may quote a user's token, so
what can go wrong is looked at here first and said in words of our own.
"""

import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml

from activities.errors import KubeconfigError
from activities.file_states import FileState
from activities.kube.client import (
    ConfigException,
    Configuration,
    KubeConfigLoader,
    KubeConfigMerger,
    load_incluster_config,
)

IN_CLUSTER = "in-cluster"
CONNECTIONS = 40
"""Kept open at most: a few more than the worker's threads."""

_KINDS = ("contexts", "clusters", "users")
_LOOPBACK = "localhost,127.0.0.0/8,::1"
_SAFE_PREFIX = "File does not exist: "
_MALFORMED = (ConfigException, OSError, ValueError, KeyError, TypeError, AttributeError)


@dataclass(frozen=True)
class Access:
    """A way into a cluster. `authority` is the PEM text of the CA bundle, empty where the system's CAs are used;
    `files` are the kubeconfigs it was read from, as they were then; `impersonating` are the headers that ask to be
    taken for somebody else.
    """

    configuration: Configuration
    context: str
    authority: bytes = b""
    files: tuple[FileState, ...] = ()
    impersonating: tuple[tuple[str, str], ...] = ()


def read_access(kubeconfig: Path | None, context: str | None, environment: Mapping[str, str]) -> Access:
    """The kubeconfig named, else those of KUBECONFIG, else `~/.kube/config`, else the pod's service account.

    Raises KubeconfigError. Credential plugins run here.
    """
    files = _find_files(kubeconfig, environment)
    if files:
        return _from_files(files, context)
    if "KUBERNETES_SERVICE_HOST" in environment:
        if context is not None:
            raise KubeconfigError("", f'there is no kubeconfig to look up context "{context}" in')
        return _from_pod()
    raise KubeconfigError.missing(_default_file(environment))


def read_context_names(kubeconfig: Path | None, environment: Mapping[str, str]) -> tuple[str, ...]:
    """The contexts that there are to choose from; none without a kubeconfig. Raises KubeconfigError."""
    files = _find_files(kubeconfig, environment)
    return tuple(_by_name(_merge(files), "contexts")) if files else ()


def _find_files(kubeconfig: Path | None, environment: Mapping[str, str]) -> list[Path]:
    """A file that was asked for must be there; of several in KUBECONFIG one is enough, as for kubectl."""
    if kubeconfig is not None:
        if not kubeconfig.exists():
            raise KubeconfigError.missing(kubeconfig)
        return [kubeconfig]
    named = [Path(part).expanduser() for part in environment.get("KUBECONFIG", "").split(os.pathsep) if part]
    if named:
        found = [file for file in named if file.exists()]
        if not found:
            raise KubeconfigError.missing(named[0])
        return found
    default = _default_file(environment)
    return [default] if default.exists() else []


def _default_file(environment: Mapping[str, str]) -> Path:
    home = environment.get("HOME")
    try:
        folder = Path(home) if home else Path.home()
    except RuntimeError:  # a user by number alone has no home folder, and so no kubeconfig in it
        folder = Path("~")
    return folder / ".kube" / "config"


def _from_pod() -> Access:
    configuration = _new_configuration()
    try:
        load_incluster_config(client_configuration=configuration)  # type: ignore[no-untyped-call]
    except (ConfigException, OSError) as error:
        raise KubeconfigError("", f"the pod's service account cannot be used: {error}") from None
    return Access(configuration, IN_CLUSTER, _read_authority(configuration))


def _from_files(files: list[Path], context: str | None) -> Access:
    file, states = os.pathsep.join(map(str, files)), tuple(map(FileState.of, files))
    merger = _merge(files)
    entries = {kind: _by_name(merger, kind) for kind in _KINDS}
    name = context or _current_context(merger)
    if name is None:
        raise KubeconfigError(file, "sets no current-context; choose one with --context")
    if name not in entries["contexts"]:
        raise KubeconfigError.unknown_context(file, name, tuple(entries["contexts"]))
    cluster, user = _look_up(file, name, entries)
    configuration = _new_configuration()
    # A proxy of the environment is for far-away places; one that the kubeconfig names is meant.
    configuration.no_proxy = "" if cluster.get("proxy-url") else f"{configuration.no_proxy or ''},{_LOOPBACK}"
    try:
        _load(merger, name, configuration)
    except _MALFORMED as error:
        raise KubeconfigError(file, _describe(error, name)) from None
    if "exec" in user and not (configuration.api_key or configuration.cert_file):
        raise KubeconfigError(file, _describe_plugin(user["exec"], name))
    return Access(configuration, name, _read_authority(configuration), states, tuple(_impersonate(file, user)))


def _impersonate(file: str, user: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The official client does not read these fields, and without them a request has more rights than was meant.

    Raises KubeconfigError where they are not as kubectl wants them.
    """
    name, uid = user.get("as"), user.get("as-uid")
    groups, extra = user.get("as-groups") or (), user.get("as-user-extra") or {}
    if not name:
        if uid or groups or extra:
            raise KubeconfigError(
                file, "asks for somebody else's groups, uid or more (as-...) without naming a user (as)"
            )
        return
    try:
        if isinstance(groups, str):
            raise TypeError
        said = [("Impersonate-User", name)] + ([("Impersonate-Uid", uid)] if uid else [])
        said += [("Impersonate-Group", group) for group in groups]
        said += [
            (f"Impersonate-Extra-{quote(key, safe='')}", value) for key, values in extra.items() for value in values
        ]
    except _MALFORMED:
        raise KubeconfigError(file, "says whose rights to use (as, as-...) in a form that cannot be read") from None
    for header, value in said:
        if not (isinstance(value, str) and value.isascii() and value.isprintable()):
            raise KubeconfigError(
                file, "names a user, group or uid (as, as-...) with characters that no header can carry"
            )
        yield header, value


def _new_configuration() -> Configuration:
    return Configuration(connection_pool_maxsize=CONNECTIONS, retries=False)


def _merge(files: list[Path]) -> KubeConfigMerger:
    for file in files:
        try:
            alone = _read([file])
            for kind in _KINDS:
                _by_name(alone, kind)
        except OSError as error:
            raise KubeconfigError(file, f"cannot be read: {error.strerror}") from None
        except yaml.MarkedYAMLError as error:
            line = f" (line {error.problem_mark.line + 1})" if error.problem_mark else ""
            raise KubeconfigError(file, f"is not YAML{line}") from None
        except (*_MALFORMED, yaml.YAMLError):
            raise KubeconfigError(file, "is not a kubeconfig") from None
    return alone if len(files) == 1 else _read(files)


def _read(files: list[Path]) -> KubeConfigMerger:
    return KubeConfigMerger(os.pathsep.join(map(str, files)))  # type: ignore[no-untyped-call]


def _load(merger: KubeConfigMerger, context: str, configuration: Configuration) -> None:
    loader = KubeConfigLoader(  # type: ignore[no-untyped-call]
        merger.config, active_context=context, config_persister=merger.save_changes
    )
    loader.load_and_set(configuration)  # type: ignore[no-untyped-call]


def _by_name(merger: KubeConfigMerger, kind: str) -> dict[str, dict[str, Any]]:
    """The entries of a kind, without their outer shell: contexts, clusters or users by name."""
    found: dict[str, dict[str, Any]] = {}
    for node in merger.config.value[kind]:
        found[str(node.value["name"])] = dict(node.value.get(kind.removesuffix("s")) or {})
    return found


def _current_context(merger: KubeConfigMerger) -> str | None:
    """The first file that sets one wins, as for kubectl."""
    named = (config.get("current-context") for config in merger.config_files.values())
    return next((str(name) for name in named if name), None)


def _look_up(
    file: str, name: str, entries: Mapping[str, dict[str, dict[str, Any]]]
) -> tuple[dict[str, Any], dict[str, Any]]:
    context = entries["contexts"][name]
    cluster = entries["clusters"].get(str(context.get("cluster")))
    if cluster is None:
        raise KubeconfigError(file, f'context "{name}" names cluster "{context.get("cluster")}", which is not there')
    if not cluster.get("server"):
        raise KubeconfigError(file, f'cluster "{context.get("cluster")}" has no server')
    user = context.get("user")
    if user and user not in entries["users"]:
        raise KubeconfigError(file, f'context "{name}" names user "{user}", which is not there')
    return cluster, entries["users"].get(str(user), {})


def _describe_plugin(plugin: Any, context: str) -> str:
    """Why it gave no credentials, as far as can be told without what it printed."""
    command = plugin.get("command") if isinstance(plugin, dict) else None
    if isinstance(command, str) and shutil.which(command) is None:
        return f'the credential plugin of context "{context}" is not installed: there is no program {command}'
    return f'the credential plugin of context "{context}" gave no credentials; run kubectl to see what it says'


def _describe(error: Exception, context: str) -> str:
    """Only what is known to hold no secret is passed on."""
    text = str(error)
    if isinstance(error, ConfigException) and text.startswith(_SAFE_PREFIX):
        return f'context "{context}" needs {text.removeprefix(_SAFE_PREFIX)}, which is not there'
    if isinstance(error, OSError) and error.filename:
        return f'context "{context}" needs {error.filename}: {error.strerror}'
    return f'the cluster or user of context "{context}" is broken ({type(error).__name__})'


def _read_authority(configuration: Configuration) -> bytes:
    if not configuration.ssl_ca_cert:
        return b""
    try:
        return Path(configuration.ssl_ca_cert).read_bytes()
    except OSError as error:
        raise KubeconfigError(configuration.ssl_ca_cert, f"cannot be read: {error.strerror}") from None
