"""Whom this service calls, by its settings: what such an address leads to inside the cluster must not sleep."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from activities.addresses import host_of
from activities.kube.objects.admission import Called
from worker.settings.settings import Settings
from worker.settings.values import AddressFile, Url, names_of
from worker.state import StateFolder
from worker.temporal.connection import find_address


def called_by(settings: Settings, environment: Mapping[str, str] | None = None) -> tuple[Called, ...]:
    """The hosts of all addresses that are set, read again where they stand in files. Never raises."""
    return tuple(_called_by(settings, environment))


def _called_by(settings: Settings, environment: Mapping[str, str] | None) -> Iterator[Called]:
    address = find_address(StateFolder(settings.state_dir), environment=environment)
    if address:
        # Behind a frontend's Service stand its other services and their database, which no Service of ours names.
        yield Called(host_of(address), "TEMPORAL_ADDRESS", whole_namespace=True)
    for name in names_of(type(settings), Url):
        url: str | None = getattr(settings, name)
        if url is not None:
            yield Called(host_of(url), f"FINOPS_{name.upper()}")
    for name in names_of(type(settings), AddressFile):
        file: Path | None = getattr(settings, name)
        if file is not None and (host := _host_in(file)):
            yield Called(host, f"FINOPS_{name.upper()}")


def _host_in(file: Path) -> str:
    """The host of the address in a file, and nothing else of it: the address is a secret."""
    try:
        return host_of(file.read_text(encoding="utf-8").strip())
    except (OSError, UnicodeDecodeError):
        return ""
