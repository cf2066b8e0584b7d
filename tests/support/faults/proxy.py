"""A proxy in front of the real API server. It carries out, drops, delays, repeats and answers what the plans say.

It speaks TLS with the API server's own certificate and passes credentials through, so the service talks to it as it
would to the server itself. Everything it is asked is written down.
"""

import asyncio
import json
import ssl
import threading
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import aiohttp
from aiohttp import web
from yarl import URL

from faults.plans import Kind, Plan
from faults.points import Point, Request, parse
from faults.revisions import Revisions
from faults.subjects import Entry, Hook, Subject
from localcluster import LocalCluster

LATE_SECONDS = {Kind.LATE: 33.0, Kind.LATE_1: 1.0}
DELAY_SECONDS = {Kind.DELAY_1: 1.0, Kind.DELAY_35: 35.0}
NEXT_SECONDS = 20.0
"""How long a request waits for the next write before it goes all the same."""
PATIENCE_SECONDS = 2
"""The Retry-After of a 429."""
REST = ("", "")
"""The key of the subject, if there is one, that the requests about no Deployment belong to."""
_FAREWELL_SECONDS = 0.5
_REASONS = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    409: "Conflict",
    422: "Invalid",
    500: "InternalError",
    503: "ServiceUnavailable",
    504: "Timeout",
}
_HOP_BY_HOP = frozenset({"host", "connection", "content-length", "transfer-encoding", "accept-encoding"})


class FaultProxy:
    """The proxy, in a thread of its own; a context manager."""

    def __init__(self, cluster: LocalCluster, revisions: Revisions) -> None:
        self._cluster = cluster
        self._revisions = revisions
        self._subjects: dict[tuple[str, str], Subject] = {}
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="fault-proxy", daemon=True)
        self._late: set[asyncio.Task[None]] = set()
        self._written = asyncio.Condition()
        self._transports: weakref.WeakSet[asyncio.Transport] = weakref.WeakSet()
        self.port = 0
        self.listing = Plan()
        """Faults of the listing of all Deployments, which is about no subject."""
        self.stray: list[Request] = []
        """Writes to what nobody watches: there must be none."""

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    @property
    def pending(self) -> int:
        """How many requests are still to be carried out late."""
        return len(self._late)

    def watch_over(self, subject: Subject) -> None:
        """From now on its requests follow its plan."""
        self._subjects[subject.key] = subject

    def kubeconfig(self, path: Path, original: Path) -> Path:
        """The same way in, through the proxy."""
        document = json.loads(original.read_text())
        document["clusters"][0]["cluster"]["server"] = f"https://127.0.0.1:{self.port}"
        path.touch(mode=0o600)
        path.write_text(json.dumps(document))
        return path

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._run())
        self._loop.close()

    async def _run(self) -> None:
        self._stop = asyncio.Event()
        keys = self._cluster.directory / "certificates"
        inward = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        inward.load_cert_chain(keys / "apiserver.crt", keys / "apiserver.key")
        outward = ssl.create_default_context(cafile=keys / "ca.crt")
        application = web.Application(client_max_size=2**26)
        application.router.add_route("*", "/{path:.*}", self._handle)
        runner = web.AppRunner(application, access_log=None, keepalive_timeout=600)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=inward)
        await site.start()
        self.port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        connector = aiohttp.TCPConnector(ssl=outward, limit=0)
        async with aiohttp.ClientSession(connector=connector, auto_decompress=False) as self._session:
            self._ready.set()
            await self._stop.wait()
            for task in self._late:
                task.cancel()
            await runner.cleanup()
        for transport in self._transports:
            transport.abort()  # TLS would wait for the other side
        await asyncio.sleep(2 * _FAREWELL_SECONDS)

    async def _handle(self, received: web.Request) -> web.StreamResponse:
        if received.transport is not None:
            self._transports.add(received.transport)
        raw = await received.read()
        request = parse(received.method, received.raw_path, raw)
        subject = self._subjects.get(request.deployment or REST)
        if subject is None:
            if request.method == "PATCH" and request.deployment is not None:
                self.stray.append(request)
            kind = self.listing.meet(request.point(asleep=False))
            if kind is not None:
                return _refuse(int(kind), Entry(request, Point.LIST, 0))
            status, headers, body = await self._forward(received, raw)
            return _answer(status, headers, body)
        if subject.dead:
            return await _break_off(received)
        entry = Entry(request, request.point(asleep=subject.asleep), subject.cycle)
        subject.log.append(entry)
        subject.counts[entry.point] += 1
        if subject.called_off is not None and entry.point is Point.W1:
            hook, subject.called_off = subject.called_off, None
            await asyncio.to_thread(hook)
            entry.kind = Kind.DROPPED
            return await _break_off(received)
        await _act(subject.before, subject, entry)
        entry.kind = subject.plan.meet(entry.point)
        return await self._befall(received, raw, subject, entry)

    async def _befall(  # noqa: C901, PLR0912 - one line for each thing that can happen
        self, received: web.Request, raw: bytes, subject: Subject, entry: Entry
    ) -> web.StreamResponse:
        match entry.kind:
            case None:
                return _answer(*await self._carry_out(received, raw, subject, entry))
            case Kind.KILLED:
                await _kill(subject)
                return await _break_off(received)
            case Kind.DROPPED | Kind.RESET:
                return await _break_off(received, reset=entry.kind is Kind.RESET)
            case Kind.LOST:
                await self._carry_out(received, raw, subject, entry)
                return await _break_off(received)
            case Kind.ACKED_KILLED:
                answer = await self._carry_out(received, raw, subject, entry)
                await _kill(subject)
                return _answer(*answer)
            case Kind.TERMINATED:
                assert subject.stopping is not None
                await asyncio.to_thread(subject.stopping)
                return _answer(*await self._carry_out(received, raw, subject, entry))
            case Kind.HALF:
                return await _answer_half(received, *await self._carry_out(received, raw, subject, entry))
            case Kind.TWICE:
                answer = await self._carry_out(received, raw, subject, entry)
                await self._forward(received, raw)
                return _answer(*answer)
            case Kind.DELAY_1 | Kind.DELAY_35:
                late = self._later(self._carry_out_after(DELAY_SECONDS[entry.kind], received, raw, subject, entry))
                await asyncio.wait({late})
                return _answer(entry.status, {}, b"")
            case Kind.LATE | Kind.LATE_1:
                self._later(self._carry_out_after(LATE_SECONDS[entry.kind], received, raw, subject, entry))
                return await _break_off(received)
            case Kind.LATE_NEXT:
                self._later(self._carry_out_next(received, raw, subject, entry))
                return await _break_off(received)
            case Kind.STALE_1 | Kind.STALE_2 | Kind.STALE_ALL:
                return _answer(200, {"Content-Type": "application/json"}, self._stale(subject, entry.kind))
            case _:
                return _refuse(int(entry.kind), entry)

    async def _carry_out(
        self, received: web.Request, raw: bytes, subject: Subject, entry: Entry
    ) -> tuple[int, Mapping[str, str], bytes]:
        status, headers, body = await self._forward(received, raw)
        entry.status, entry.revision = status, _revision(body)
        subject.note(entry)
        await _act(subject.after, subject, entry)
        if entry.request.method == "PATCH":
            async with self._written:
                self._written.notify_all()
        return status, headers, body

    async def _carry_out_after(
        self, seconds: float, received: web.Request, raw: bytes, subject: Subject, entry: Entry
    ) -> None:
        await asyncio.sleep(seconds)
        await self._carry_out(received, raw, subject, entry)

    async def _carry_out_next(self, received: web.Request, raw: bytes, subject: Subject, entry: Entry) -> None:
        """Right after the next write of the same workload, or after a while."""

        def overtaken() -> bool:
            position = subject.log.index(entry)
            return any(later.accepted and later.request.method == "PATCH" for later in subject.log[position + 1 :])

        try:
            async with asyncio.timeout(NEXT_SECONDS), self._written:
                await self._written.wait_for(overtaken)
        except TimeoutError:
            pass
        await self._carry_out(received, raw, subject, entry)

    def _later(self, work: Any) -> asyncio.Task[None]:
        task: asyncio.Task[None] = self._loop.create_task(work)
        self._late.add(task)
        task.add_done_callback(self._late.discard)
        return task

    async def _forward(self, received: web.Request, raw: bytes) -> tuple[int, Mapping[str, str], bytes]:
        headers = {key: value for key, value in received.headers.items() if key.lower() not in _HOP_BY_HOP}
        url = f"{self._cluster.server}{received.raw_path}"
        async with self._session.request(
            received.method, URL(url, encoded=True), data=raw or None, headers=headers
        ) as reply:
            kept = {key: value for key, value in reply.headers.items() if key.lower() not in _HOP_BY_HOP}
            return reply.status, kept, await reply.read()

    def _stale(self, subject: Subject, kind: Kind) -> bytes:
        states = self._revisions.states(*subject.key)
        age = {Kind.STALE_1: 1, Kind.STALE_2: 2}.get(kind, len(states))
        return states[max(0, len(states) - 1 - age)]


async def _kill(subject: Subject) -> None:
    """The worker dies: its process, or what stands for it."""
    if subject.killing is None:
        subject.dead = True
    else:
        await asyncio.to_thread(subject.killing)


async def _act(hooks: dict[tuple[Point, int], Hook], subject: Subject, entry: Entry) -> None:
    hook = hooks.pop((entry.point, subject.counts[entry.point]), None)
    if hook is not None:
        await asyncio.to_thread(hook)


def _answer(status: int, headers: Mapping[str, str], body: bytes) -> web.Response:
    return web.Response(status=status, headers=headers, body=body)


def _refuse(status: int, entry: Entry) -> web.Response:
    if status == 429:  # as the API server writes it: no JSON
        entry.patience = PATIENCE_SECONDS
        return web.Response(
            status=429,
            text="Too many requests, please try again later.",
            headers={"Retry-After": str(PATIENCE_SECONDS)},
        )
    return web.json_response(
        {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": _REASONS[status], "code": status},
        status=status,
    )


async def _break_off(received: web.Request, *, reset: bool = False) -> web.Response:
    _close(received, reset=reset)
    return web.Response()


def _close(received: web.Request, *, reset: bool = False) -> None:
    """End the connection: at once, or as TLS has it, which waits for the other side and may wait for ever."""
    transport = received.transport
    if transport is None:
        return
    if reset:
        transport.abort()
        return
    transport.close()
    asyncio.get_running_loop().call_later(_FAREWELL_SECONDS, transport.abort)


async def _answer_half(
    received: web.Request, status: int, headers: Mapping[str, str], body: bytes
) -> web.StreamResponse:
    response = web.StreamResponse(status=status, headers={**headers, "Content-Length": str(len(body))})
    await response.prepare(received)
    await response.write(body[: len(body) // 2])
    _close(received)
    return response


def _revision(body: bytes) -> str:
    try:
        return str(json.loads(body)["metadata"]["resourceVersion"])
    except (ValueError, KeyError, TypeError):
        return ""
