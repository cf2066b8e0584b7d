"""The values that settings take, each with its check."""

import re
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, get_args, get_type_hints
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, ValidationInfo
from pydantic_settings import NoDecode

from policies.checks.platforms import ALWAYS_PROTECTED, SHIPPED_PROTECTED
from policies.durations import Duration
from policies.keys import is_dns_label
from policies.wildcards import matches

_LONGEST_ANSWER = timedelta(seconds=30)
"""Of a cost source. With all its attempts, and Prometheus, that stays below the two minutes of a page."""
_HOST = re.compile(r"[\w.-]+|[0-9a-fA-F:.]+")
_MATCHER = r'[a-zA-Z_][a-zA-Z0-9_]*\s*(=|!=|=~|!~)\s*"[^"\\]*"'
_MATCHERS = re.compile(rf"{_MATCHER}(\s*,\s*{_MATCHER})*")


SHIPPED_UNCOUNTED = ("source:prometheus*", "source:vmagent*", "source:grafana-agent*", "source:alloy*")
"""Scrapers, whose requests a mesh counts like everybody's."""


_EXAMPLES = {
    "opencost_url": "http://opencost.opencost:9003",
    "prometheus_url": "http://prometheus.monitoring:9090",
    "webhook_url": "https://hooks.example/finops",
    "otlp_endpoint": "http://otel-collector.monitoring:4318",
    "temporal_ui_url": "http://temporal-ui.temporal:8080",
}
"""An address for each setting that is one."""


class PolicyPlace(StrEnum):
    """The one source of a worker's policies."""

    FILES = "files"
    CLUSTER = "cluster"


def _check_cluster(name: str) -> str:
    if not is_dns_label(name):
        raise ValueError("is not a DNS label: lower-case letters, digits and hyphens, at most 63")
    return name


def _check_instance(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9]([-A-Za-z0-9._]{0,61}[A-Za-z0-9])?", name):
        raise ValueError("is not a name of letters, digits, dots, hyphens and underscores, at most 63")
    return name


def _check_url(url: str, setting: ValidationInfo) -> str:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises where it is not a port
    except ValueError:
        parts = urlsplit("")
    if (
        parts.scheme not in {"http", "https"}
        or not _HOST.fullmatch(parts.hostname or "")
        or parts.query
        or parts.fragment
        or not url.isprintable()
    ):
        raise ValueError(f"is not the address of a service, such as {_EXAMPLES[setting.field_name or '']}")
    return url.rstrip("/")


def _check_matchers(text: str) -> str:
    if text and not _MATCHERS.fullmatch(text):
        raise ValueError('is not a list of label matchers such as cluster="dev"')
    return text


def _split_list(value: object) -> object:
    return [name for name in re.split(r"[,\s]+", value) if name] if isinstance(value, str) else value


def _check_namespaces(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if not re.fullmatch(r"[a-z0-9*]([-a-z0-9*]*[a-z0-9*])?", name):
            raise ValueError(f"{name!r} is not the name of a namespace; * is the only wildcard")
    return tuple(dict.fromkeys((ALWAYS_PROTECTED, *SHIPPED_PROTECTED, *names)))


def _check_namespace_names(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if not is_dns_label(name):
            raise ValueError(f"{name!r} is not the name of a namespace; patterns are not allowed here")
        if matches(ALWAYS_PROTECTED, name):
            raise ValueError(f"{name!r} is always protected")
    return names


def _check_beginnings(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if not re.fullmatch(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?|[a-z0-9][-a-z0-9]*\*", name):
            raise ValueError(f"{name!r} is not the name of a namespace, or its beginning with a * behind it")
    return names


def _check_hosts(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if not re.fullmatch(r"[A-Za-z0-9*]([-A-Za-z0-9.:*]*[A-Za-z0-9*])?|::1", name) or not name.strip("*."):
            raise ValueError(f"{name!r} is not the name of a host")
    return tuple(name.lower() for name in names)


def _check_uncounted(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if not re.fullmatch(r"(source|route|path):[-A-Za-z0-9._/*]+", name) or not name.partition(":")[2].strip("*"):
            raise ValueError(f"{name!r} is not source:, route: or path: with a name; * is the only wildcard")
    return names


def _check_patience(value: timedelta) -> timedelta:
    if not timedelta(seconds=1) <= value <= _LONGEST_ANSWER:
        raise ValueError(f"is not between 1 and {_LONGEST_ANSWER.seconds} seconds: a run waits for it")
    return value


def _check_positive(value: timedelta) -> timedelta:
    if value < timedelta(seconds=1):
        raise ValueError("is shorter than a second")
    return value


def expand(path: Path) -> Path:
    """The whole path, with `~` as the user's home. Raises ValueError where there is no such home."""
    try:
        return path.expanduser().absolute()
    except RuntimeError:
        raise ValueError("is in a home folder that is not there") from None


def names_of(settings: type[object], *kinds: object) -> tuple[str, ...]:
    """The settings that are of one of these kinds, or may be left out and else are."""
    hints = get_type_hints(settings, include_extras=True)
    return tuple(name for name, hint in hints.items() if any(kind in (hint, *get_args(hint)) for kind in kinds))


class _HoldsAddress:
    """Tells a file whose content is an address from other files."""


Place = Annotated[Path, AfterValidator(expand)]
AddressFile = Annotated[Path, AfterValidator(expand), _HoldsAddress()]
"""A file that holds an address to call, which is a secret."""
Url = Annotated[str, AfterValidator(_check_url)]
"""An address to call."""
Period = Annotated[Duration, AfterValidator(_check_positive)]
Patience = Annotated[Duration, AfterValidator(_check_patience)]
ClusterName = Annotated[str, AfterValidator(_check_cluster)]
InstanceName = Annotated[str, AfterValidator(_check_instance)]
Matchers = Annotated[str, AfterValidator(_check_matchers)]

_Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split_list)]
NamespacePatterns = Annotated[_Names, AfterValidator(_check_namespaces)]
NamespaceNames = Annotated[_Names, AfterValidator(_check_namespace_names)]
NamespaceBeginnings = Annotated[_Names, AfterValidator(_check_beginnings)]
Uncounted = Annotated[_Names, AfterValidator(_check_uncounted)]
Hosts = Annotated[_Names, AfterValidator(_check_hosts)]
