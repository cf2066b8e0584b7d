"""Bodies that are almost answers: a right one, with a few things spoilt in it by chance."""

import json
from copy import deepcopy
from random import Random
from typing import Any

from allocations import Row, body

WRONG: tuple[Any, ...] = (
    None,
    True,
    "",
    "1.5",
    "NaN",
    [],
    {},
    float("nan"),
    float("inf"),
    -float("inf"),
    -1,
    0,
    1e-9,
    1e9,
    10**400,
)
FACTORS = (-1, 1 / 730, 0.01, 0.1, 0.5, 1.5, 2, 10, 48, 100, 730)
TIMES = ("2026-11-22T20:00:00Z", "2026-11-23T19:00:00Z", "2027-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "null", "")
NAMES = ("dev-other", "another", "Deployment", "job", "__unallocated__", "", None, 7)
"""None of a workload that is there: two rows that change places are a lie that nothing in them tells."""


def mutate(rows: list[Row], random: Random) -> bytes:
    """One of them."""
    spoilt = deepcopy(rows)
    for _ in range(random.randint(1, 4)):
        random.choice(_ON_ROWS)(spoilt, random)
    content = body(*spoilt, code=random.choice((200,) * 20 + (500, 0)))
    return random.choice(_ON_BYTES)(content, random)


def _replace(rows: list[Row], random: Random) -> None:
    row = random.choice(rows)
    row[random.choice(list(row))] = random.choice(WRONG)


def _remove(rows: list[Row], random: Random) -> None:
    row = random.choice(rows)
    if row:
        del row[random.choice(list(row))]


def _scale(rows: list[Row], random: Random) -> None:
    row = random.choice(rows)
    numbers = [name for name, value in row.items() if isinstance(value, int | float) and abs(value) < 1e30]
    if numbers:
        row[random.choice(numbers)] *= random.choice(FACTORS)


def _redate(rows: list[Row], random: Random) -> None:
    random.choice(rows)[random.choice(("start", "end"))] = random.choice(TIMES)


def _rename(rows: list[Row], random: Random) -> None:
    properties = random.choice(rows).get("properties")
    if isinstance(properties, dict):
        properties[random.choice(("cluster", "namespace", "controllerKind", "controller"))] = random.choice(NAMES)


def _repeat(rows: list[Row], random: Random) -> None:
    rows.append(deepcopy(random.choice(rows)))


def _drop(rows: list[Row], random: Random) -> None:
    if len(rows) > 1:
        rows.pop(random.randrange(len(rows)))


def _leave(content: bytes, random: Random) -> bytes:
    return content


def _cut(content: bytes, random: Random) -> bytes:
    return content[: random.randrange(len(content))]


def _flip(content: bytes, random: Random) -> bytes:
    at = random.randrange(len(content))
    return content[:at] + bytes([random.randrange(256)]) + content[at + 1 :]


def _shift_digit(content: bytes, random: Random) -> bytes:
    digits = [at for at, byte in enumerate(content) if chr(byte).isdigit()]
    at = random.choice(digits)
    return content[:at] + str(random.randrange(10)).encode() + content[at + 1 :]


def _splice(content: bytes, random: Random) -> bytes:
    """Less than a row is left out: more would put one row's name before another row's figures."""
    at = random.randrange(len(content))
    return content[:at] + content[at + random.randrange(300) :]


def _wrap(content: bytes, random: Random) -> bytes:
    answer = json.dumps({"code": 200, "data": None})
    return random.choice((f"[{answer}]", f"{answer}{answer}", f"<html>{answer}</html>", "null", "")).encode()


_ON_ROWS = (_replace, _replace, _remove, _scale, _scale, _redate, _rename, _repeat, _drop)
_ON_BYTES = (_leave,) * 10 + (_shift_digit,) * 8 + (_flip,) * 4 + (_splice,) * 4 + (_cut,) * 2 + (_wrap,)
