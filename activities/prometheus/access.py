"""The way to a Prometheus, with credentials from files. They are read again for every query: tokens get replaced."""

from collections.abc import Generator
from pathlib import Path

import httpx

from activities.http_clients import open_client


class BearerToken(httpx.Auth):
    """The token in a file. An OSError while it is read is raised to the caller of the query."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Put it into the request."""
        request.headers["Authorization"] = f"Bearer {_read(self._file)}"
        yield request


class BasicPassword(httpx.Auth):
    """A name, and the password in a file."""

    def __init__(self, username: str, file: Path) -> None:
        self._username = username
        self._file = file

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Put both into the request."""
        yield from httpx.BasicAuth(self._username, _read(self._file)).auth_flow(request)


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8").strip()


def connect(
    url: str,
    *,
    username: str | None = None,
    password_file: Path | None = None,
    token_file: Path | None = None,
    ca_file: Path | None = None,
) -> httpx.Client:
    """A client of the server at this address. Nothing is read or sent yet."""
    auth: httpx.Auth | None = None
    if token_file is not None:
        auth = BearerToken(token_file)
    elif username is not None and password_file is not None:
        auth = BasicPassword(username, password_file)
    return open_client(url, auth=auth, ca_file=ca_file)
