"""Questions to a cost source over HTTP, asked with patience: again after an error, but never beyond a deadline."""

import time
from collections.abc import Callable, Iterator, Sequence
from http import HTTPStatus
from typing import TypeVar

import httpx

from activities.errors import ClientError, CostSourceError, CostSourceRefused, CostSourceUnreachable
from activities.http_clients import limit_wait, say_failure
from activities.metrics import measuring_opencost
from activities.patience import read_patience
from policies.costs.doubts import Doubt, NotBelieved

WAITS = (0.0, 1.0, 2.0, 4.0, 8.0)
"""Seconds before each attempt."""
ONCE = WAITS[:1]
LARGEST_BODY = 64 * 1024 * 1024
"""Bytes. 10,000 controllers are 15 to 25 MB."""

_TRANSIENT = frozenset(
    {
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.INTERNAL_SERVER_ERROR,  # a hiccup of the Prometheus behind it
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)
_HEADERS = {"Accept": "application/json", "Accept-Encoding": "identity"}
"""No compression: a small body could stand for one without end."""

AnswerT = TypeVar("AnswerT")


class Exchange:
    """The way to one server, which is asked one question at a time.

    The caller builds `client`, with the server's address as its base URL, and closes it. `seconds` is the time for one
    answer; all attempts together have the waits before them on top, and the last answer may begin as late as that.
    For a person who waits `waits` is ONCE.
    """

    def __init__(
        self,
        client: httpx.Client,
        source: str,
        *,
        seconds: float,
        waits: Sequence[float] = WAITS,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._source = source
        self._seconds = seconds
        self._waits = waits
        self._clock = clock
        self._sleep = sleep

    @property
    def url(self) -> str:
        """The server's address, without a password that may be in it."""
        url = self._client.base_url
        return str(url.copy_with(username=None, password=None)).rstrip("/")

    def ask(self, target: str, read: Callable[[Iterator[bytes]], AnswerT]) -> AnswerT:
        """What `read` makes of the body that answers a GET of `target` (path and query).

        It is given the body in pieces as they arrive, and called again for another attempt. Raises CostSourceError, and
        what `read` raises, which is not tried again.
        """
        ends_at = self._clock() + self._seconds + sum(self._waits)
        for wait in self._waits[1:]:
            try:
                return self._attempt(target, read, ends_at)
            except CostSourceError as error:
                pause = max(wait, error.retry_after)
                if not error.transient or self._clock() + pause >= ends_at:
                    raise
            self._sleep(pause)
        return self._attempt(target, read, ends_at)

    def _attempt(self, target: str, read: Callable[[Iterator[bytes]], AnswerT], ends_at: float) -> AnswerT:
        seconds = min(self._seconds, ends_at - self._clock())
        with measuring_opencost():
            return self._send(target, read, seconds)

    def _send(self, target: str, read: Callable[[Iterator[bytes]], AnswerT], seconds: float) -> AnswerT:
        limits = limit_wait(seconds, asks_once=len(self._waits) == 1)
        try:
            with self._client.stream("GET", target, headers=_HEADERS, timeout=limits) as response:
                if response.status_code != HTTPStatus.OK:
                    raise CostSourceRefused(
                        self._source,
                        self.url,
                        response.status_code,
                        transient=response.status_code in _TRANSIENT,
                        retry_after=read_patience(response.headers.get("Retry-After")),
                    )
                return read(self._pieces(response, seconds))
        except httpx.ConnectTimeout:
            raise self._unreachable("it accepted no connection") from None
        except httpx.TimeoutException:
            raise self._unreachable(self._say_waited("nothing came", seconds)) from None
        except ClientError as error:
            raise self._unreachable(str(error)) from None
        except httpx.HTTPError as error:
            raise self._unreachable(say_failure(error)) from None

    def _pieces(self, response: httpx.Response, seconds: float) -> Iterator[bytes]:
        size, ends_at = 0, self._clock() + seconds
        for piece in response.iter_raw():
            size += len(piece)
            if size > LARGEST_BODY:
                raise NotBelieved(Doubt.NOT_AN_ANSWER, f"it is larger than {LARGEST_BODY // 1024 // 1024} MiB")
            if self._clock() > ends_at:
                raise self._unreachable(self._say_waited("it was not complete", seconds))
            yield piece

    def _say_waited(self, what: str, seconds: float) -> str:
        """The time for one answer, or where less of it was left the time for all attempts."""
        if seconds < self._seconds and len(self._waits) > 1:
            return f"{what} in the {self._seconds + sum(self._waits):g} s that all attempts have"
        return f"{what} within {self._seconds:g} s"

    def _unreachable(self, reason: str) -> CostSourceUnreachable:
        return CostSourceUnreachable(self._source, self.url, reason)
