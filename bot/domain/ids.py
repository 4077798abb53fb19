"""Identifiers: time-ordered UUIDs (RFC 9562, version 7), and names derived from what they name."""

from __future__ import annotations

import hashlib
from datetime import datetime


def uuid7(now: datetime, random: bytes) -> str:
    """A version 7 UUID for ``now`` (UTC, millisecond part) from ten random bytes, as lower-case text."""
    millis = int(now.timestamp() * 1000) & ((1 << 48) - 1)
    low = int.from_bytes(random[:10], "big")
    value = (millis << 80) | (0x7 << 76) | ((low >> 62 & 0xFFF) << 64) | (0b10 << 62) | (low & ((1 << 62) - 1))
    return _text(value)


def derived_uuid(*parts: bytes | str) -> str:
    """The same UUID (version 8) for the same parts, always."""
    hashed = hashlib.sha256(b"\x00".join(part.encode() if isinstance(part, str) else part for part in parts)).digest()
    value = int.from_bytes(hashed[:16], "big")
    value = value & ~(0xF << 76) | (0x8 << 76)
    value = value & ~(0b11 << 62) | (0b10 << 62)
    return _text(value)


def _text(value: int) -> str:
    """The 8-4-4-4-12 form of 128 bits."""
    digits = f"{value:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
