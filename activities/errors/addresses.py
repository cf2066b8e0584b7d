"""Errors of other servers in general: how they are reached, and whether a message was delivered."""

from pathlib import Path

from activities.errors.base import IoError


class ClientError(IoError):
    """The base of what keeps a request from being made."""


class ProxyInvalid(ClientError):
    """A proxy that cannot be used. Its address may hold a password, and is not told."""

    def __init__(self) -> None:
        super().__init__(
            "the proxy in HTTPS_PROXY, HTTP_PROXY or ALL_PROXY cannot be used: it has to be an address such as "
            "http://proxy.example:3128; or except the server in NO_PROXY"
        )


class CaFileError(ClientError):
    """A CA bundle that is missing, or not one; `file` is where it was looked for."""

    def __init__(self, file: Path, problem: str) -> None:
        self.file = file
        self.problem = problem
        super().__init__(f"{file}: cannot be used as a CA bundle: {problem}")


class NotificationError(IoError):
    """A message to people that was not delivered. Never holds the address: that is a secret."""

    def __init__(self, to: str, problem: str, *, is_worth_another: bool = False) -> None:
        self.to = to
        self.problem = problem
        self.is_worth_another = is_worth_another
        super().__init__(f"{to}: {problem}")
