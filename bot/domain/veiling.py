"""Veiling: a name becomes a pseudonym that tells nobody who it is, unless they have the key.

Without the key a digest of a customer's id is no secret: whoever has a list of customers finds theirs by trying. What
outlives the erasing of personal data therefore holds names under a key that is kept apart from the database.
"""

from __future__ import annotations

import hmac

VEILED = "erased:"
"""How a veiled idempotency key or submission begins."""
_LENGTH = 32


def veiled(purpose: str, text: str, key: bytes) -> str:
    """A pseudonym, 32 hex digits: HMAC-SHA256 under ``key``, cut to 128 bits; of each purpose another one."""
    said = purpose.encode() + b"\x00" + text.encode(errors="surrogatepass")
    return hmac.digest(key, said, "sha256").hex()[:_LENGTH]


def veiled_use(scope: str, key: str, veil: bytes) -> str:
    """What stands for an idempotency key of an instance once its request was erased."""
    return VEILED + veiled("key", f"{scope}\x00{key}", veil)


def veiled_submission(submission: str, veil: bytes) -> str:
    """What stands for the digest of a proposal once its request was erased."""
    return VEILED + veiled("submission", submission, veil)
