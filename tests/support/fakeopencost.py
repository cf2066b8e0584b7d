"""A small server in OpenCost's place, fed by the files of tests/samples/opencost.

A file says what is answered: a status with headers, and either a text or rows, which are written for the window that is
asked for; or an accident. One named `deployments` is made of so many rows.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from allocations import Row, body, row
from httpanswers import Answer, AnsweringServer, Asked

from policies.times import from_rfc3339

SAMPLES = Path(__file__).parents[1] / "samples" / "opencost"


class FakeOpenCost(AnsweringServer):
    """Answers by the samples it was given, one after another; the last one is repeated.

    `more` are rows of a test's own Deployments, added to every sample that has rows.
    """

    def __init__(self, *samples: str, more: Sequence[dict[str, Any]] = ()) -> None:
        self.samples = list(samples) or ["ordinary"]
        self._more = more
        super().__init__()

    def _next(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        name = self.samples.pop(0) if len(self.samples) > 1 else self.samples[0]
        return read_sample(name, asked_until(asked), self._more)


def asked_until(asked: Asked) -> datetime:
    """The end of the window that a request asks for."""
    return from_rfc3339(parse_qs(urlsplit(asked.target).query)["window"][0].split(",")[1])


def read_sample(name: str, until: datetime, more: Sequence[dict[str, Any]] = ()) -> Answer:
    """The answer of a file."""
    told: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text())
    rows = [row(**each, until=until) for each in (*told["rows"], *more)] if "rows" in told else []
    rows += many_rows(told.get("deployments", 0), until)
    return Answer(
        status=told.get("status", 200),
        body=told["text"].encode() if "text" in told else body(*rows),
        headers=told.get("headers", {}),
        accident=told.get("accident", ""),
    )


def many_rows(count: int, until: datetime) -> list[Row]:
    """Rows of so many Deployments of one pod each, with the labels that such rows have."""
    labels = {f"label_{number}": f"value-{number}" for number in range(8)}
    made = []
    for number in range(count):
        namespace, name = f"team-{number % 100}", f"app-{number}"
        each = row(namespace, name, cores=0.25 + number % 7, gib=0.5 + number % 5, until=until)
        pod = {"pod": f"{name}-5bd6fb-0cccc", "node": f"node-{number % 300}", "container": "main", "labels": labels}
        made.append(each | {"properties": each["properties"] | pod | {"namespaceLabels": labels}})
    return made
