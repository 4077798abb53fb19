"""Standard Webhooks signatures (standardwebhooks.com): HMAC-SHA256 over ``id.timestamp.body``, base64, version 1.

The scheme's own library signs texts and reads the machine's clock; these few lines sign the bytes that are sent, at the
time they are given. A test holds them to the library.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime

_PREFIX = "whsec_"


def signed_headers(secret: str, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers of one attempt; ``secret`` is ``whsec_`` and base64."""
    key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    stamp = str(int(at.timestamp()))
    mac = hmac.digest(key, f"{message_id}.{stamp}.".encode() + body, hashlib.sha256)
    return {
        "Content-Type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": "v1," + base64.b64encode(mac).decode(),
    }
