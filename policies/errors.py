"""Errors of the rules.

RuleError
├── InvalidAnnotation     a `finops.io/*` annotation that cannot be read
└── InvalidPrices         a price list that cannot be used

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


class InvalidPrices(RuleError):
    """A price list with a figure or a field that cannot be."""

    def __init__(self, field: str, problem: str) -> None:
        self.field = field
        self.problem = problem
        super().__init__(f"prices: {field}: {problem}")
