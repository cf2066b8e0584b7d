"""Kubernetes quantities (`250m`, `1.5Gi`, `3e2`), read exactly.

By hand, because a cluster may hold anything: `kubernetes.utils.parse_quantity` goes by `Decimal`, and so takes `NaN`,
`1_000` and exponents without end.
"""

import re
from decimal import Decimal

_QUANTITY = re.compile(
    r"(?P<number>[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))(?:(?P<suffix>[KMGTPE]i|[numkMGTPE]?)|[eE](?P<exponent>[+-]?[0-9]{1,3}))"
)
_FACTORS = {
    "": Decimal(1),
    "n": Decimal("1e-9"),
    "u": Decimal("1e-6"),
    "m": Decimal("1e-3"),
    **{suffix: Decimal(1000) ** power for power, suffix in enumerate("kMGTPE", start=1)},
    **{f"{suffix}i": Decimal(1024) ** power for power, suffix in enumerate("KMGTPE", start=1)},
}
_LARGEST = Decimal(2) ** 63
_LONGEST = 40


class InvalidQuantity(ValueError):
    """Text that is not a quantity, or is one that nothing can ask for."""

    def __init__(self, text: str) -> None:
        self.text = text[:_LONGEST]
        super().__init__(f"{self.text!r} is not a quantity such as 250m or 1.5Gi")


def parse_quantity(text: str) -> Decimal:
    """The number a quantity stands for: cores, bytes or pieces.

    The grammar is that of `k8s.io/apimachinery/pkg/api/resource`; the largest value there is 2^63-1.
    Raises InvalidQuantity, also for a negative value and one above that.
    """
    match = _QUANTITY.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        raise InvalidQuantity(text)
    exponent = match["exponent"]
    factor = _FACTORS[match["suffix"]] if exponent is None else Decimal(f"1e{exponent}")
    value = Decimal(match["number"]) * factor
    if not 0 <= value < _LARGEST:
        raise InvalidQuantity(text)
    return value
