"""What one check of `finops doctor` answers."""

from enum import StrEnum

from policies.models import Frozen


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Finding(Frozen):
    """One line: about what, how it stands, and how to mend it."""

    subject: str
    level: Level
    sentence: str
    mend: str = ""


def ok(subject: str, sentence: str) -> Finding:
    """All is well."""
    return Finding(subject=subject, level=Level.OK, sentence=sentence)


def warn(subject: str, sentence: str, mend: str = "") -> Finding:
    """It works, but not as it should."""
    return Finding(subject=subject, level=Level.WARN, sentence=sentence, mend=mend)


def fail(subject: str, sentence: str, mend: str = "") -> Finding:
    """It does not work. Many errors say in their own sentence how to mend them."""
    return Finding(subject=subject, level=Level.FAIL, sentence=sentence, mend=mend)
