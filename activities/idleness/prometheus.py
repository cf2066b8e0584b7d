"""Queries to one Prometheus over its HTTP API, read with suspicion.

Transient failures are tried again after 1, 2, 4 and 8 seconds, all within one deadline. An answer that Prometheus
itself calls incomplete is none.
"""

import json
import math
import time
from array import array
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from activities.errors import (
    PrometheusAnswerInvalid,
    PrometheusError,
    PrometheusRefused,
    PrometheusUnreachable,
)
from activities.idleness.expressions import Expression, Key, Vector

LARGEST_BODY = 32 * 1024 * 1024
"""Bytes. A row is about 130 of them, so that this is 250,000 pods; of a range, 2,500 pods through a week of hours."""
WAITS = (1.0, 2.0, 4.0, 8.0)
"""Seconds between five attempts."""

_QUERY = "api/v1/query"
_RANGE = "api/v1/query_range"
_TOLERANCE = 1.0
"""Seconds by which the time of a value may differ from the one asked for."""


class _Row(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    metric: dict[str, str] = {}
    value: tuple[float, str] | None = None
    values: tuple[tuple[float, str], ...] | None = None


class _Data(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    resultType: str  # noqa: N815 - as Prometheus writes it
    result: Any = None


class _Body(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    status: str
    data: _Data | None = None
    warnings: tuple[str, ...] = ()


class _Rows(BaseModel):
    rows: list[_Row]


class _TransientError(Exception):
    """Worth another attempt; `after` is what the server asked for."""

    def __init__(self, error: PrometheusError, after: float = 0.0) -> None:
        self.error = error
        self.after = after


class Prometheus:
    """One server, as one identity. The caller builds `client`, with the address as its base URL, and closes it.

    `seconds` are for one answer; Prometheus is told, so that it does not go on working for nobody.
    """

    def __init__(
        self,
        client: httpx.Client,
        *,
        seconds: float = 15.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._seconds = seconds
        self._clock = clock
        self._sleep = sleep

    @property
    def url(self) -> str:
        """Its address, without a password that may be in it."""
        return str(self._client.base_url.copy_with(username=None, password=None)).rstrip("/")

    def deadline(self, seconds: float) -> float:
        """When that many seconds from now are over, by the clock that queries go by."""
        return self._clock() + seconds

    def read_clock(self, deadline: float) -> datetime:
        """What time it is there. Raises PrometheusError."""
        data = self._ask(_QUERY, {"query": "time()"}, deadline)
        try:
            return datetime.fromtimestamp(float(data.result[1]), UTC)
        except (TypeError, ValueError, IndexError, KeyError, OverflowError):
            raise self._invalid("time", "it does not say what time it is") from None

    def query(self, expression: Expression, at: datetime, deadline: float) -> Vector:
        """The values at one moment. Raises PrometheusError."""
        data = self._ask(_QUERY, {"query": expression.query, "time": f"{at.timestamp():.0f}"}, deadline)
        found: dict[Key, float] = {}
        for key, row in self._rows(data, "vector", expression):
            if row.value is None or abs(row.value[0] - at.timestamp()) > _TOLERANCE:
                raise self._invalid("time", "it is of another time than was asked for")
            found[key] = math.nan if key in found else self._number(row.value[1])
        return found

    def query_range(
        self, expression: Expression, first: datetime, step: timedelta, count: int, deadline: float
    ) -> Mapping[Key, "array[float]"]:
        """The values at `count` moments, the first of them at `first`; not a number where there is none.

        Raises PrometheusError.
        """
        begin, width = first.timestamp(), step.total_seconds()
        query = {"query": expression.query, "start": f"{begin:.0f}", "step": f"{width:.0f}"}
        data = self._ask(_RANGE, query | {"end": f"{begin + width * (count - 1):.0f}"}, deadline)
        found: dict[Key, array[float]] = {}
        for key, row in self._rows(data, "matrix", expression):
            values = found.setdefault(key, array("d", [math.nan]) * count)
            for moment, text in row.values or ():
                index = round((moment - begin) / width)
                if not 0 <= index < count or abs(begin + index * width - moment) > _TOLERANCE:
                    raise self._invalid("time", "it is of another time than was asked for")
                values[index] = self._number(text)
        return found

    def _rows(self, data: _Data, kind: str, expression: Expression) -> Iterator[tuple[Key, _Row]]:
        if data.resultType != kind:
            raise self._invalid("type", f"it is no {kind}")
        try:
            rows = _Rows.model_validate({"rows": data.result}).rows
        except ValidationError as error:
            raise self._invalid("rows", error.errors(include_input=False)[0]["type"]) from None
        for row in rows:
            yield tuple(row.metric.get(label, "") for label in expression.labels), row

    def _number(self, text: str) -> float:
        try:
            return float(text)
        except ValueError:
            raise self._invalid("number", "a value is no number") from None

    def _ask(self, path: str, query: Mapping[str, str], deadline: float) -> _Data:
        waits = iter(WAITS)
        while True:
            try:
                return self._decode(self._get(path, query, deadline))
            except _TransientError as error:
                wait = max(error.after, next(waits, math.inf))
                if self._clock() + wait >= deadline:
                    raise error.error from None
            self._sleep(wait)

    def _get(self, path: str, query: Mapping[str, str], deadline: float) -> bytes:
        left = min(self._seconds, deadline - self._clock())
        if left <= 0:
            raise PrometheusUnreachable(self.url, "the time for all queries is over")
        ends, asked = self._clock() + left, {**query, "timeout": f"{left:.1f}"}
        try:
            with self._client.stream("GET", path, params=asked, timeout=left) as response:
                body = self._read_body(response, ends)
        except httpx.TimeoutException:
            raise _TransientError(PrometheusUnreachable(self.url, f"nothing came within {left:.0f} s")) from None
        except httpx.HTTPError as error:
            raise _TransientError(PrometheusUnreachable(self.url, type(error).__name__)) from None
        except OSError as error:
            raise PrometheusUnreachable(self.url, f"its credentials cannot be read: {error.strerror}") from None
        if response.status_code == HTTPStatus.OK:
            return body
        refused = PrometheusRefused(self.url, response.status_code, _error_type(body))
        if response.status_code == HTTPStatus.TOO_MANY_REQUESTS or response.is_server_error:
            raise _TransientError(refused, _retry_after(response))
        raise refused

    def _read_body(self, response: httpx.Response, ends: float) -> bytes:
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > LARGEST_BODY:
                raise self._invalid("size", f"it is larger than {LARGEST_BODY // 1024 // 1024} MiB")
            if self._clock() > ends:
                raise _TransientError(PrometheusUnreachable(self.url, "its answer was not complete in time"))
        return bytes(body)

    def _decode(self, body: bytes) -> _Data:
        try:
            answer = _Body.model_validate_json(body)
        except ValidationError as error:
            raise self._invalid("envelope", error.errors(include_input=False)[0]["type"]) from None
        if answer.status != "success" or answer.data is None:
            raise self._invalid("status", "it says that it is no success")
        if answer.warnings:
            raise self._invalid("warnings", "it says itself that something is missing")
        return answer.data

    def _invalid(self, rule: str, detail: str) -> PrometheusAnswerInvalid:
        return PrometheusAnswerInvalid(self.url, rule, detail)


def _error_type(body: bytes) -> str:
    """What Prometheus calls the error; its text is left out, because it quotes the query."""
    try:
        told = json.loads(body)["errorType"]
    except (ValueError, KeyError, TypeError):
        return ""
    return told[:40] if isinstance(told, str) else ""


def _retry_after(response: httpx.Response) -> float:
    try:
        return max(0.0, float(response.headers.get("Retry-After", "0")))
    except ValueError:
        return 0.0
