"""The base of this room's errors."""


class IoError(Exception):
    """The base of this room's errors; `str()` is a sentence for a person."""
