"""The processes: `finops`, `kubectl finops`, and what completes both. What an error ends as.

Only what each of them needs is imported, so that `finops --help` and a completion answer at once.
"""

import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import NoReturn

from cli.ending import breaking_off, end_process
from cli.streams import outlive_readers

COMPLETE = "__complete"
"""`finops __complete WORDS...` answers what the last word could become, as in kubectl."""

_ASKS_FOR_VERSION = (["version"], ["--version"])
"""Alone: beside other options the command line is read as always, which takes twice as long."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command and end the process: 0 done, 1 failed, 2 a call that makes no sense, 130 interrupted."""
    breaking_off.listen()
    outlive_readers()
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == [COMPLETE]:
        _complete(given[1:])
    if given in _ASKS_FOR_VERSION:
        sys.stdout.write(import_module("cli.versions").describe_versions() + "\n")
        end_process(0)
    try:
        import_module("cli.app").app(given, prog_name=_program())
        code = 0
    except SystemExit as done:
        code = done.code if isinstance(done.code, int) else 1
    except Exception as error:  # noqa: BLE001 - the one place where every error ends as a sentence
        if "--debug" in given:
            import_module("traceback").print_exc()
        sentence, code = import_module("cli.failures").conclude(error)
        sys.stderr.write(f"finops: {sentence}\n")
    end_process(code)


def complete_for_kubectl() -> NoReturn:
    """`kubectl_complete-finops`, which kubectl calls with the words behind `kubectl finops`."""
    outlive_readers()
    _complete(sys.argv[1:])


def _program() -> str:
    """As its users type it: kubectl starts its plugins by their names."""
    return "kubectl finops" if Path(sys.argv[0]).name.startswith("kubectl-") else "finops"


def _complete(words: Sequence[str]) -> NoReturn:
    """Whatever goes wrong: a line of an error in the middle of what somebody types helps nobody."""
    with suppress(Exception):
        sys.stdout.write(import_module("cli.completion.answers").answer(words))
    end_process(0)
