"""A small HTTP server that gives the answers it was told, one after another, and remembers what it was asked."""

import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from io import BufferedIOBase
from pathlib import Path
from typing import Literal

from backgroundserver import BackgroundServer

_DROP, _DROP_SECONDS = 8, 0.05


@dataclass(frozen=True)
class Answer:
    """A status with a body, or an accident: no answer at all, a closed connection, half a body, or drop by drop."""

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)
    accident: Literal["", "hang", "reset", "half", "drops"] = ""


@dataclass(frozen=True)
class Asked:
    """A request as it arrived."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


class AnsweringServer(BackgroundServer):
    """Give it answers with `answers`; the last one is repeated."""

    def __init__(self, *answers: Answer, keys: tuple[Path, Path] | None = None) -> None:
        self.answers = list(answers) or [Answer()]
        self.asked: list[Asked] = []
        self._over = threading.Event()
        super().__init__(self._handler(), keys)

    def let_go(self) -> None:
        """End the wait of those who wait for an answer."""
        self._over.set()

    def stop(self) -> None:
        """Let go of those who wait for an answer, too."""
        self.let_go()
        super().stop()

    def _next(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # head and body are two writes, and the second would wait for 40 ms

            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                asked = Asked(self.command, self.path, dict(self.headers), body)
                answer = server._next(asked)
                if answer.accident:
                    self.close_connection = True
                if answer.accident == "hang":
                    server._over.wait(30)
                elif answer.accident == "reset":
                    self.connection.shutdown(socket.SHUT_RDWR)
                else:
                    self._send(answer)

            def _send(self, answer: Answer) -> None:
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                missing = 10 if answer.accident == "half" else 0
                self.send_header("Content-Length", str(len(answer.body) + missing))
                self.end_headers()
                drop = _DROP if answer.accident == "drops" else len(answer.body) or 1
                try:
                    _write(self.wfile, answer.body, drop, server._over)
                except OSError:  # whoever has seen enough hangs up
                    self.close_connection = True

            do_GET = do_PATCH = do_POST = _answer  # noqa: N815 - the names the base class looks for

            def log_message(self, *_: object) -> None:
                """Nothing."""

        return Handler


def _write(stream: BufferedIOBase, content: bytes, piece: int, over: threading.Event) -> None:
    """In pieces, with a pause between two of them; until it is over."""
    for at in range(0, len(content), piece):
        stream.write(content[at : at + piece])
        if at + piece < len(content) and over.wait(_DROP_SECONDS):
            return
