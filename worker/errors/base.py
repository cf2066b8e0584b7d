"""The base of this room's errors."""


class WorkerError(Exception):
    """The base of this room's errors; `str()` is one sentence or more for a person, never a traceback."""
