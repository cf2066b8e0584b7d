"""Where settings come from: the environment and a file; and what is said when one of them is wrong."""

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import BaseSettings, EnvSettingsSource

from policies.problems import nearest_name
from worker.errors import SettingsError


class EnvironmentSource(EnvSettingsSource):
    """The variables of a mapping instead of the process's own."""

    def __init__(self, settings: type[BaseSettings], variables: Mapping[str, str]) -> None:
        super().__init__(settings)
        self.env_vars = {name.lower(): value for name, value in variables.items() if value}


def default_state_dir(variables: Mapping[str, str]) -> Path:
    """Where the XDG base directory specification puts state.

    Raises:
        SettingsError: it would be in a home folder, and the user has none.
    """
    base = Path(variables.get("XDG_STATE_HOME", ""))
    if base.is_absolute():  # anything else is to be ignored, its specification says
        return base / "finops-enforcer"
    try:
        home = Path(variables["HOME"]) if variables.get("HOME") else Path.home()
    except RuntimeError:  # a user by number alone, as OpenShift gives each namespace one
        raise SettingsError(["the state folder: there is no home folder; set FINOPS_STATE_DIR or HOME"]) from None
    return home / ".local" / "state" / "finops-enforcer"


def variables_of_text(variables: Mapping[str, str]) -> dict[str, str]:
    """Those that Temporal's SDK can read: it refuses all of them where one is no UTF-8, such as a user's name in
    Latin-1. One of its own that is none is left for it to complain about.
    """
    return {
        name: value
        for name, value in variables.items()
        if name.startswith("TEMPORAL_") or (name + value).encode(errors="ignore").decode() == name + value
    }


def describe_unknown(prefix: str, variables: Mapping[str, str], known: Iterable[str]) -> list[str]:
    """One sentence for each variable that looks like ours and sets nothing: a misspelt limit must not pass unseen."""
    there_are = [f"{prefix}{name.upper()}" for name in known]
    found = []
    for name in sorted(variables):
        if name.startswith(prefix) and name not in there_are:
            near = nearest_name(name, there_are)
            found.append(f"{name} sets nothing" + (f"; did you mean {near}?" if near else ""))
    return found


def read_file(file: Path, *, asked_by: str | None) -> dict[str, Any]:
    """The settings of a TOML file.

    A file that is not there is an error only where a variable asked for it.

    Raises:
        SettingsError: it is missing, unreadable or not TOML.
    """
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        if asked_by is None:
            return {}
        raise SettingsError([f"{asked_by}: there is no file {file}"]) from None
    except OSError as error:
        raise SettingsError([f"{file} cannot be read: {error.strerror}"]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError([f"{file} is not TOML: {error}"]) from None


def place_paths(values: dict[str, Any], folder: Path, names: Iterable[str]) -> None:
    """Make the settings of these names, which are paths, relative to the folder."""
    for name in names:
        if isinstance(values.get(name), str) and not values[name].startswith("~"):
            values[name] = folder / values[name]


def describe_all(error: ValidationError, origins: Mapping[str, str], *, known: tuple[str, ...]) -> list[str]:
    """One sentence for each setting that is wrong; `origins` says where each was set, `known` which there are."""
    problems: dict[str, str] = {}
    for item in error.errors(include_url=False):
        name = str(item["loc"][0]) if item["loc"] else "settings"
        if item["type"] == "default_factory_not_called":  # follows from another problem
            continue
        origin = origins.get(name, name)
        if item["type"] == "extra_forbidden":
            near = nearest_name(name, known)
            hint = f"; did you mean `{near}`?" if near else f"; there are {', '.join(known)}"
            problems[name] = f"{origin}: there is no such setting{hint}"
            continue
        message = item["msg"].removeprefix("Value error, ").replace("Input should", "should")
        if message.startswith(("is ", "must ", "should ")):
            # An address may hold a password, and needs no echo to be found.
            message = f"{'the value' if name.endswith('_url') else repr(str(item['input']))} {message}"
        problems.setdefault(name, f"{origin}: {message}")
    return list(problems.values())
