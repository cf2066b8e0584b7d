"""Errors of the rules.

RuleError
├── InvalidAnnotation     a `finops.io/*` annotation that cannot be read
├── UnknownKind           a kind of workload that only a later version knows
└── NotBelieved           a figure of a cost source, or its whole answer, that breaks a rule (costs/doubts.py)

What is wrong with a policy document is not an exception here but a list of problems (`policies.problems`): several
are shown at once, each with its file and line.
"""


class RuleError(Exception):
    """The base of this room's errors."""


class InvalidAnnotation(RuleError):
    """An annotation of ours that does not say what it must."""

    def __init__(self, key: str, value: str, expected: str) -> None:
        self.key = key
        self.value = value[:80]
        self.expected = expected
        super().__init__(f"annotation {key} is {self.value!r}, not {expected}; set or remove it")


class UnknownKind(RuleError):
    """A kind of workload that this version cannot put to sleep or wake."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__(f"{kind!r} is not a kind of workload that this version knows; run the version that paused it")
