"""Queries to one Prometheus over its HTTP API, read with suspicion.

Transient failures are tried again after 1, 2, 4 and 8 seconds, all within one deadline.
"""

import math
import time
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Literal

import httpx

from activities.errors import ClientError, PrometheusAnswerInvalid, PrometheusError, PrometheusUnreachable
from activities.http_clients import limit_wait, say_failure
from activities.patience import read_patience
from activities.prometheus.answers import Result, Row, read_answer, read_rows
from activities.prometheus.expressions import Expression, Key, Vector
from activities.prometheus.headers import HeaderFile
from activities.prometheus.refusals import describe_refusal

LARGEST_BODY = 32 * 1024 * 1024
"""Bytes. A row is about 130 of them, so that this is 250,000 pods; of a range, 2,500 pods through a week of hours."""
WAITS = (1.0, 2.0, 4.0, 8.0)
"""Seconds between five attempts."""

_QUERY = "api/v1/query"
_RANGE = "api/v1/query_range"
_TOO_LONG = frozenset({HTTPStatus.REQUEST_URI_TOO_LONG, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE})
"""For an address. Such a query is sent as a form, which not everybody in between lets through, so not at first."""
_NO_TIME = "the time for all queries is over"
_TOLERANCE = 1.0
"""Seconds by which the time of a value may differ from the one asked for."""


class _TransientError(Exception):
    """Worth another attempt; `after` is what the server asked for."""

    def __init__(self, error: PrometheusError, after: float = 0.0) -> None:
        self.error = error
        self.after = after


class Prometheus:
    """One server, as one identity. The caller builds `client`, with the address as its base URL, and closes it.

    `seconds` are for one answer; Prometheus is told, so that it stops working when nobody waits any more. `waits` lie
    between attempts; none where a person waits.
    """

    def __init__(
        self,
        client: httpx.Client,
        *,
        seconds: float = 15.0,
        waits: Sequence[float] = WAITS,
        headers_file: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._seconds = seconds
        self._waits = waits
        self._headers = HeaderFile(headers_file)
        self._clock = clock
        self._sleep = sleep
        self._too_long = math.inf

    @property
    def url(self) -> str:
        """Its address, without a password that may be in it."""
        return str(self._client.base_url.copy_with(username=None, password=None)).rstrip("/")

    def deadline(self, seconds: float) -> float:
        """When that many seconds from now are over, by the clock that queries go by."""
        return self._clock() + seconds

    def read_clock(self, deadline: float) -> datetime:
        """What time it is there. Raises PrometheusError."""
        result = self._ask(_QUERY, {"query": "time()"}, deadline)
        try:
            # The moment that the answer is of; VictoriaMetrics puts it into a row, and evaluates it 30 s earlier.
            told = result.result[0]["value"] if result.resultType == "vector" else result.result
            return datetime.fromtimestamp(float(told[0]), UTC)
        except (TypeError, ValueError, IndexError, KeyError, OverflowError):
            raise self._invalid("time", "it does not say what time it is") from None

    def query(self, expression: Expression, at: datetime, deadline: float) -> Vector:
        """The values at one moment. Raises PrometheusError."""
        data = self._ask(_QUERY, {"query": expression.query, "time": f"{at.timestamp():.0f}"}, deadline)
        found: dict[Key, float] = {}
        for key, row in self._rows(data, "vector", expression):
            if row.value is None and row.histogram is not None:
                found[key] = math.nan
                continue
            if row.value is None or abs(row.value[0] - at.timestamp()) > _TOLERANCE:
                raise self._invalid("time", "it is of another time than was asked for")
            found[key] = math.nan if key in found else self._number(row.value[1])
        return found

    def query_range(
        self, expression: Expression, first: datetime, step: timedelta, count: int, deadline: float
    ) -> Mapping[Key, "array[float]"]:
        """The values at `count` moments, the first of them at `first`; NaN where there is no value.

        Raises PrometheusError.
        """
        begin, width = first.timestamp(), step.total_seconds()
        # Without nocache VictoriaMetrics moves the moments of a long range to multiples of the step.
        query = {"query": expression.query, "start": f"{begin:.0f}", "step": f"{width:.0f}", "nocache": "1"}
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

    def _rows(self, result: Result, kind: str, expression: Expression) -> Iterator[tuple[Key, Row]]:
        for row in read_rows(self.url, result, kind):
            yield tuple(row.metric.get(label, "") for label in expression.labels), row

    def _number(self, text: str) -> float:
        try:
            return float(text)
        except ValueError:
            raise self._invalid("number", "a value is not a number") from None

    def _ask(self, path: str, query: Mapping[str, str], deadline: float) -> Result:
        waits = iter(self._waits)
        while True:
            try:
                return self._send(path, query, deadline)
            except _TransientError as error:
                wait = max(error.after, next(waits, math.inf))
                if self._clock() + wait >= deadline:
                    raise error.error from None
            self._sleep(wait)

    def _send(self, path: str, query: Mapping[str, str], deadline: float) -> Result:
        if len(query["query"]) < self._too_long:
            response, body = self._exchange("GET", path, query, deadline)
            if response.status_code not in _TOO_LONG:
                return self._judge(response, body)
            self._too_long = len(query["query"])
        return self._judge(*self._exchange("POST", path, query, deadline))

    def _exchange(
        self, method: Literal["GET", "POST"], path: str, query: Mapping[str, str], deadline: float
    ) -> tuple[httpx.Response, bytes]:
        left = min(self._seconds, deadline - self._clock())
        if left <= 0:
            raise PrometheusUnreachable(self.url, _NO_TIME)
        ends, asked = self._clock() + left, {**query, "timeout": f"{left:.1f}"}
        params, form = (asked, None) if method == "GET" else (None, asked)
        limits = limit_wait(left, asks_once=not self._waits)
        try:
            headers = self._headers.read()
            with self._client.stream(
                method, path, params=params, data=form, headers=headers, timeout=limits
            ) as response:
                return response, self._read_body(response, ends)
        except httpx.ConnectTimeout:
            raise _TransientError(PrometheusUnreachable(self.url, "it accepted no connection")) from None
        except httpx.TimeoutException:
            reason = f"nothing came within {left:g} s" if left == self._seconds else _NO_TIME
            raise _TransientError(PrometheusUnreachable(self.url, reason)) from None
        except httpx.HTTPError as error:
            raise _TransientError(PrometheusUnreachable(self.url, say_failure(error))) from None
        except ClientError as error:
            raise PrometheusUnreachable(self.url, str(error)) from None
        except OSError as error:
            raise PrometheusUnreachable(self.url, f"its credentials cannot be read: {error.strerror}") from None
        except ValueError as error:
            raise PrometheusUnreachable(self.url, f"its headers cannot be used: {error}") from None

    def _judge(self, response: httpx.Response, body: bytes) -> Result:
        status = response.status_code
        if status == HTTPStatus.OK:
            return read_answer(self.url, response.headers, body)
        if response.is_success:
            raise self._invalid("partial", f"with {status} it says itself that it is not whole")
        refused = describe_refusal(self.url, status, body)
        if status == HTTPStatus.TOO_MANY_REQUESTS or response.is_server_error:
            raise _TransientError(refused, read_patience(response.headers.get("Retry-After")))
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

    def _invalid(self, rule: str, detail: str) -> PrometheusAnswerInvalid:
        return PrometheusAnswerInvalid(self.url, rule, detail)
