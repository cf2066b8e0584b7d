"""Posting a message to a webhook whose address or key stands in a mounted file, and may only lead where it is allowed.

The address of a Slack or Teams webhook is itself the secret: it is never part of an error, a log line or a label.
"""

import hashlib
import hmac
import ipaddress
import json
import os
import socket
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

import httpx

from activities.errors import ClientError, NotificationError
from activities.http_clients import find_proxy, open_client, say_failure
from policies.runs.digests import Message
from policies.wildcards import matches

SECONDS = 10.0
LARGEST_SECRET = 4_096
SIGNATURE, TIMESTAMP = "X-Finops-Signature", "X-Finops-Timestamp"

Format = Callable[[Message], dict[str, Any]]
Secret = Callable[[], str]
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def secret_in(file: Path) -> Secret:
    """The text of a file, read again for each message: a rotated secret needs no restart."""

    def read() -> str:
        with file.open(encoding="utf-8") as stream:
            return stream.read(LARGEST_SECRET).strip()

    return read


class Webhook:
    """One receiver."""

    def __init__(
        self,
        name: str,
        address: Secret,
        render: Format,
        *,
        hosts: tuple[str, ...],
        key: Secret | None = None,
        now: Callable[[], float] = time.time,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """`hosts` are the only ones it may lead to, `*` standing for a part. With `key` each message is signed.

        `environment` is where proxies are named; without it, the process's own.
        """
        self._name = name
        self._address = address
        self._render = render
        self._hosts = hosts
        self._key = key
        self._now = now
        self._environment = os.environ if environment is None else environment

    def send(self, message: Message) -> None:
        """Post it. Raises NotificationError."""
        body = json.dumps(self._render(message), ensure_ascii=True).encode()
        headers = {"Content-Type": "application/json", "User-Agent": "finops-enforcer"}
        try:
            url = self._allowed(self._address())
            if self._key is not None:
                headers |= self._sign(body, self._key())
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "is not text"
            raise NotificationError(self._name, f"its secret cannot be read ({reason})") from None
        try:
            with open_client(url.geturl(), environment=self._environment) as client:
                answer = client.post(url.geturl(), content=body, headers=headers, timeout=SECONDS)
        except ClientError as error:
            raise NotificationError(self._name, str(error), is_worth_another=True) from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise NotificationError(self._name, say_failure(error), is_worth_another=True) from None
        if not answer.is_success:
            again = answer.status_code >= 500 or answer.status_code == httpx.codes.TOO_MANY_REQUESTS  # noqa: PLR2004
            raise NotificationError(self._name, f"it answered {answer.status_code}", is_worth_another=again)

    def _allowed(self, address: str) -> SplitResult:
        """The address, where it may be. Names are resolved: one that leads to a cloud's metadata is refused, too.

        Behind a proxy only the proxy may know a name, and the proxy decides where it may lead.
        """
        try:
            url = urlsplit(address)
            host, port = url.hostname or "", url.port or (443 if url.scheme == "https" else 80)
        except ValueError:
            raise NotificationError(self._name, "its address is not a valid URL") from None
        if any(character.isspace() or not character.isprintable() for character in address):
            raise NotificationError(self._name, "its address holds characters that no address has")
        if not any(matches(pattern, host) for pattern in self._hosts):
            raise NotificationError(self._name, "its host is not one of FINOPS_WEBHOOK_HOSTS")
        if url.scheme in {"http", "https"} and find_proxy(address, self._environment):
            addresses = _addresses_in(host)
        else:
            addresses = self._resolve(host, port)
        if any(each.is_link_local or each.is_multicast or each.is_unspecified for each in addresses):
            raise NotificationError(self._name, "its host leads to an address that a webhook may not have")
        is_here = bool(addresses) and all(each.is_loopback for each in addresses)
        if url.scheme != "https" and not (url.scheme == "http" and is_here):
            raise NotificationError(self._name, "its address does not begin with https://")
        return url

    def _resolve(self, host: str, port: int) -> list[_Address]:
        """Where the name leads from here. Raises NotificationError."""
        try:
            found = {str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
        except (OSError, UnicodeError):
            raise NotificationError(self._name, "its host cannot be found", is_worth_another=True) from None
        return [ipaddress.ip_address(each.partition("%")[0]) for each in found]

    def _sign(self, body: bytes, key: str) -> dict[str, str]:
        at = str(int(self._now()))
        digest = hmac.new(key.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
        return {TIMESTAMP: at, SIGNATURE: f"sha256={digest}"}


def _addresses_in(host: str) -> list[_Address]:
    """The address that stands in place of a name, if one does."""
    try:
        return [ipaddress.ip_address(host)]
    except ValueError:
        return []
