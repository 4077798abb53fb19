"""Random bytes by the handful: one call of the system's source serves many that need a few bytes each."""

from __future__ import annotations

from collections.abc import Callable

POOL_BYTES = 4096


class Chance:
    """Gives random bytes from a source such as ``os.urandom``, never the same ones twice. For one thread."""

    def __init__(self, source: Callable[[int], bytes]) -> None:
        self._source = source
        self._pool = b""
        self._at = 0

    def __call__(self, count: int) -> bytes:
        """That many random bytes."""
        start, end = self._at, self._at + count
        if end > len(self._pool):
            self._pool = self._source(max(count, POOL_BYTES))
            start, end = 0, count
        self._at = end
        return self._pool[start:end]

    def uuid4(self) -> str:
        """A random UUID (RFC 9562, version 4), as lower-case text."""
        raw = bytearray(self(16))
        raw[6] = raw[6] & 0x0F | 0x40
        raw[8] = raw[8] & 0x3F | 0x80
        text = raw.hex()
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
