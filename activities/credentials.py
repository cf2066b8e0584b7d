"""Until when credentials are good, as they say themselves."""

import base64
import binascii
import json
from collections.abc import Iterable
from datetime import UTC, datetime

_JWT_PARTS = 3


class CertificatesUnreadable(Exception):
    """The package that reads certificates is missing, or this is not a certificate."""


def ends_of_certificates(pem: bytes) -> tuple[datetime, ...]:
    """When each certificate of a PEM text ends, in its order. Raises CertificatesUnreadable."""
    try:
        # Only here: nothing else of a worker reads certificates, and not every installation has the extra.
        from cryptography import x509  # noqa: PLC0415
    except ImportError:
        raise CertificatesUnreadable("the extra `encryption` reads certificates, and is not installed") from None
    try:
        return tuple(each.not_valid_after_utc for each in x509.load_pem_x509_certificates(pem))
    except ValueError:
        raise CertificatesUnreadable("it is not a certificate") from None


def end_of_token(token: str) -> datetime | None:
    """When a JSON Web Token ends by its own `exp`; None for another kind of token, or one without an end."""
    parts = token.removeprefix("Bearer ").strip().split(".")
    if len(parts) != _JWT_PARTS:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        return datetime.fromtimestamp(claims["exp"], UTC)
    except (binascii.Error, ValueError, KeyError, TypeError, OverflowError, OSError):
        return None


def last_of(ends: Iterable[datetime]) -> datetime | None:
    """The latest end in a bundle of CAs: while one is replaced by another, both are in it."""
    return max(ends, default=None)
