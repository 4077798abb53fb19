"""Slack's request signature: https://docs.slack.dev/authentication/verifying-requests-from-slack ."""

from __future__ import annotations

import hashlib
import hmac
from enum import Enum, auto

OLD = 301
"""Seconds before or after now that make a signature stale."""


class Signed(Enum):
    """How a call is signed."""

    WELL = auto()
    WRONG_SECRET = auto()
    OLD = auto()
    """Well, but more than five minutes ago."""
    AHEAD = auto()
    """Well, but more than five minutes from now."""
    ODD_TIMESTAMP = auto()
    """Well, over a timestamp that is not a number."""
    TAMPERED = auto()
    """Over another body."""
    NOT_AT_ALL = auto()


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """`v0=` and the HMAC-SHA256 over version, timestamp and body."""
    return "v0=" + hmac.new(secret.encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256).hexdigest()


def signing_headers(secret: str, body: bytes, now: float, how: Signed = Signed.WELL) -> dict[str, str]:
    """The headers that sign this body; `now` is in seconds since 1970."""
    if how is Signed.NOT_AT_ALL:
        return {}
    shift = {Signed.OLD: -OLD, Signed.AHEAD: OLD}.get(how, 0)
    timestamp = "yesterday" if how is Signed.ODD_TIMESTAMP else str(int(now + shift))
    signed = body + b" " if how is Signed.TAMPERED else body
    with_secret = secret + "x" if how is Signed.WRONG_SECRET else secret
    return {
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": signature(with_secret, timestamp, signed),
    }
