"""Which of the service's requests a request is: the write points of the protocol, and its reads."""

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qs, urlsplit

from activities.reconciliation.compare import PAGE
from policies import annotations as notes

_DEPLOYMENT = re.compile(r"/apis/apps/v1/namespaces/([^/]+)/deployments/([^/]+)(/scale)?")


class Point(StrEnum):
    """A place in the protocol where something can go wrong."""

    W1 = "W1"
    """The record of a pause."""
    W2 = "W2"
    """Scale to zero."""
    W3 = "W3"
    """Scale back."""
    W4 = "W4"
    """The record goes."""
    FENCE = "F"
    """A write that only makes an unknown one stale."""
    RECORD = "R"
    """The record of a sleep that goes on, written again, unchanged or changed."""
    NOTE = "N"
    """Kept awake: the note of it."""
    READ = "READ"
    """One Deployment, to decide on."""
    LIST = "LIST"
    """All Deployments, page by page, as reconciliation compares them."""
    JUDGE = "JUDGE"
    """All Deployments, page by page, as an enforcement judges them."""
    OTHER = "OTHER"


WRITES = (Point.W1, Point.W2, Point.W3, Point.W4, Point.FENCE, Point.RECORD)
"""The six writes of a sleep."""


@dataclass(frozen=True)
class Request:
    """A request as the proxy receives it."""

    method: str
    target: str
    body: dict[str, Any]

    @property
    def deployment(self) -> tuple[str, str] | None:
        """Namespace and name of the one Deployment it is about."""
        match = _DEPLOYMENT.fullmatch(urlsplit(self.target).path)
        return None if match is None else (match[1], match[2])

    @property
    def query(self) -> dict[str, str]:
        """The query parameters."""
        return {key: values[-1] for key, values in parse_qs(urlsplit(self.target).query).items()}

    @property
    def preconditions(self) -> tuple[str, str]:
        """resourceVersion and uid that a write was decided on."""
        metadata = self.body.get("metadata", {})
        return str(metadata.get("resourceVersion", "")), str(metadata.get("uid", ""))

    def point(self, *, asleep: bool) -> Point:
        """Where in the protocol it stands; `asleep` tells a sleeper's record from that of a new pause."""
        path = urlsplit(self.target).path
        if self.method == "GET":
            if self.deployment is not None:
                return Point.READ
            return self._listing if path == "/apis/apps/v1/deployments" else Point.OTHER
        if self.method != "PATCH" or self.deployment is None:
            return Point.OTHER
        if path.endswith("/scale"):
            return Point.W3 if self.body.get("spec", {}).get("replicas") else Point.W2
        return _point_of(self.body.get("metadata", {}).get("annotations", {}), asleep=asleep)

    @property
    def _listing(self) -> Point:
        """Whose listing it is, told by the size of its pages."""
        return Point.LIST if self.query.get("limit") == str(PAGE) else Point.JUDGE


def _point_of(annotations: dict[str, str | None], *, asleep: bool) -> Point:
    if annotations.get(notes.PAUSED) == "true":
        return Point.RECORD if asleep else Point.W1
    if notes.PAUSED not in annotations:
        return Point.NOTE
    fence = annotations.get(notes.RESUMED_AT) is not None and notes.AWAKE_UNTIL not in annotations
    return Point.FENCE if fence else Point.W4


def parse(method: str, target: str, body: bytes) -> Request:
    """A request from the wire."""
    try:
        document = json.loads(body) if body else {}
    except ValueError:
        document = {}
    return Request(method, target, document if isinstance(document, dict) else {})
