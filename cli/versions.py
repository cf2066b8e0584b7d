"""Which version this is, and of which Python."""

import platform
from importlib import import_module

PACKAGE = "finops-enforcer"


def read_version() -> str:
    """The version of the package, or `unknown` where it runs without being installed."""
    metadata = import_module("importlib.metadata")  # seldom needed, and slow
    try:
        return str(metadata.version(PACKAGE))
    except metadata.PackageNotFoundError:
        return "unknown"


def describe_versions() -> str:
    """A line for people."""
    return f"finops {read_version()}, Python {platform.python_version()}"
