"""OpenCost: what each Deployment cost an hour over the last two days, as its `/allocation` tells."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from threading import Lock

import httpx

from activities.costs.allocation import (
    InvalidAnswer,
    InvalidRow,
    Row,
    Window,
    deployment_of,
    read_hourly_amount,
    read_rows,
)
from activities.costs.source import Costs, NoCosts
from activities.errors import CostAnswerInvalid, CostSourceError, CostSourceRefused, CostSourceUnreachable
from policies.costs import CostAnswer, HourlyCost
from policies.workload import Workload

NAME = "OpenCost"
WINDOW = timedelta(hours=48)
SECONDS = 10.0
"""For the whole answer: a hanging Prometheus hangs OpenCost for a quarter of an hour, while `/healthz` says ok."""
LARGEST_BODY = 32 * 1024 * 1024
"""Bytes. A thousand controllers are 2 MB."""
CACHED_SECONDS = 300.0

_PATH = "/allocation"
_AGGREGATE = "namespace,controllerKind,controller"
_NO_ROW = "OpenCost has no row for it, so it knows nothing of its pods"


@dataclass(frozen=True)
class _Quotes:
    answers: Mapping[str, CostAnswer]
    problem: str = ""

    def quote(self, workload: Workload) -> CostAnswer:
        """What its row says. Who is who comes from Kubernetes; only the price comes from OpenCost."""
        return self.answers.get(str(workload.ref), CostAnswer(unknown_because=_NO_ROW))


class OpenCostSource:
    """One OpenCost server, asked one question at a time; its good answers are kept for five minutes.

    The caller builds `client`, with the server's address as its base URL, and closes it. OpenCost does not say which
    `currency` its price list is in. `clock` counts seconds.
    """

    name = NAME

    def __init__(
        self, client: httpx.Client, *, currency: str = "USD", clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._client = client
        self._currency = currency
        self._clock = clock
        self._lock = Lock()
        self._kept: tuple[Window, float, Costs] | None = None

    def fetch(self, window_end: datetime) -> Costs:
        """The prices of the 48 hours before the last full hour; unknown for everybody where that fails."""
        try:
            return self.ask(window_end)
        except CostSourceError as error:
            return NoCosts(str(error))

    def ask(self, window_end: datetime) -> Costs:
        """The same. Raises CostSourceError."""
        window = Window.before(window_end, WINDOW)
        with self._lock:
            if self._kept is not None:
                kept_window, kept_at, costs = self._kept
                if kept_window == window and self._clock() - kept_at < CACHED_SECONDS:
                    return costs
            body = self._get(window)
            try:
                rows = read_rows(body)
            except InvalidAnswer as error:
                raise CostAnswerInvalid(NAME, error.rule, error.detail) from None
            costs = _Quotes(self._read(rows, window))
            self._kept = (window, self._clock(), costs)
            return costs

    def _get(self, window: Window) -> bytes:
        query = {"window": str(window), "aggregate": _AGGREGATE, "accumulate": "true"}
        deadline = self._clock() + SECONDS
        try:
            with self._client.stream("GET", _PATH, params=query, timeout=SECONDS) as response:
                if response.status_code != HTTPStatus.OK:
                    raise CostSourceRefused(NAME, self._url, response.status_code)
                return self._read_body(response, deadline)
        except httpx.TimeoutException:
            raise CostSourceUnreachable(NAME, self._url, f"nothing came within {SECONDS:g} s") from None
        except httpx.HTTPError as error:
            raise CostSourceUnreachable(NAME, self._url, type(error).__name__) from None

    def _read_body(self, response: httpx.Response, deadline: float) -> bytes:
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > LARGEST_BODY:
                raise CostAnswerInvalid(NAME, "size", f"it is larger than {LARGEST_BODY // 1024 // 1024} MiB")
            if self._clock() > deadline:
                raise CostSourceUnreachable(NAME, self._url, f"it was not complete within {SECONDS:g} s")
        return bytes(body)

    def _read(self, rows: Iterable[Row], window: Window) -> Mapping[str, CostAnswer]:
        answers: dict[str, CostAnswer] = {}
        for row in rows:
            deployment = deployment_of(row)
            if deployment is None:
                continue
            if deployment in answers:
                answers[deployment] = CostAnswer(unknown_because="OpenCost has several rows for it")
                continue
            answers[deployment] = self._answer(row, window)
        return answers

    def _answer(self, row: Row, window: Window) -> CostAnswer:
        try:
            amount = read_hourly_amount(row, window)
        except InvalidRow as error:
            return CostAnswer(unknown_because=f"OpenCost's row cannot be used: {error}")
        return CostAnswer(cost=HourlyCost(amount=amount, currency=self._currency, source=NAME))

    @property
    def _url(self) -> str:
        """Without a password that may be in it."""
        url = self._client.base_url
        return str(url.copy_with(username=None, password=None)).rstrip("/")
