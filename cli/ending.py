"""The end of the process."""

import atexit
import os
import sys
from contextlib import suppress
from typing import NoReturn


def end_process(code: int) -> NoReturn:
    """End without taking the interpreter apart.

    The threads of the Temporal SDK may still log then, which kills the interpreter with signal 6 now and then. The
    functions registered for the exit do run: the Kubernetes client removes the keys that it wrote into files.
    """
    atexit._run_exitfuncs()  # noqa: SLF001 - there is no public name for it
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):  # nobody reads any more
            stream.flush()
    os._exit(code)
