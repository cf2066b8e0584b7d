"""Which version this is, and of which Python."""

import platform
from importlib.metadata import PackageNotFoundError, version

PACKAGE = "finops-enforcer"


def read_version() -> str:
    """The version of the package, or `unknown` where it runs without being installed."""
    try:
        return version(PACKAGE)
    except PackageNotFoundError:
        return "unknown"


def describe_versions() -> str:
    """A line for people."""
    return f"finops {read_version()}, Python {platform.python_version()}"
