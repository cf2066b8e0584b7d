"""Files that are made from something else: written, or with --check compared and told where one is stale."""  # noqa: INP001

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path


def write_or_check(make: Callable[[], Mapping[Path, str]], description: str | None) -> int:
    """Make the files as the command line asks; the exit code is 1 where a check finds one stale."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--check", action="store_true", help="write nothing, and fail where a file is stale")
    check, stale = parser.parse_args().check, 0
    for file, text in make().items():
        if not check:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        elif not file.exists() or file.read_text(encoding="utf-8") != text:
            sys.stderr.write(f"{file.name} is stale; run make generate\n")
            stale = 1
    return stale
