"""What an error status means, by what the server writes beside it. Its text is never shown: it quotes the query."""

import json
import re
from http import HTTPStatus

from activities.errors import PrometheusRefused

_MOST_TEXT = 4_000
_NAMED = re.compile(
    r"err-mimir-[a-z-]+|(?<![\w-])--?(?:search|querier|query|query-frontend|store)\.[A-Za-z][\w.-]*\w(?![\w*])"
)
"""Limits by their own names: Mimir's codes, and the options of VictoriaMetrics, Cortex and Thanos."""
_SAID = (
    (re.compile("too many samples", re.IGNORECASE), "--query.max-samples"),
    (re.compile(r"query timed? ?out|context deadline exceeded", re.IGNORECASE), "--query.timeout"),
    (re.compile("max number of series", re.IGNORECASE), "the most series of a query"),
    (re.compile("max number of chunks|chunks? (?:bytes|size) limit", re.IGNORECASE), "the most chunks of a query"),
    (re.compile("time range exceeds|query length", re.IGNORECASE), "the longest time of a query"),
    (re.compile("too many outstanding requests|too many concurrent", re.IGNORECASE), "the most queries at once"),
)
"""Limits that are only told in words, and what to call them."""
_TENANT = re.compile(r"\borg[ _-]?id\b|x-scope-orgid|\btenant\b", re.IGNORECASE)
"""Mimir and Cortex say `no org id`."""
_UNKNOWN_CALLER = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


def describe_refusal(url: str, status: int, body: bytes) -> PrometheusRefused:
    """The error to raise for this answer."""
    text = body[:_MOST_TEXT].decode(errors="replace")
    wants_tenant = status in _UNKNOWN_CALLER and _TENANT.search(text) is not None
    return PrometheusRefused(url, status, _error_type(body), limit=_find_limit(text), wants_tenant=wants_tenant)


def _find_limit(text: str) -> str:
    named = _NAMED.search(text)
    if named is not None:
        return named[0]
    return next((name for said, name in _SAID if said.search(text)), "")


def _error_type(body: bytes) -> str:
    """What Prometheus calls the error; VictoriaMetrics repeats the status there."""
    try:
        told = json.loads(body)["errorType"]
    except (ValueError, KeyError, TypeError):
        return ""
    return told[:40] if isinstance(told, str) and not told.isdecimal() else ""
