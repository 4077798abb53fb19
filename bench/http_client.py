"""A lean HTTP/1.1 client: keep-alive, one call at a time, no more parsing than a load generator needs.

The load generator shares its cores with the server that it measures, so whatever it computes is taken from the figure.
"""

from __future__ import annotations

import asyncio
import json
from typing import cast
from urllib.parse import urlsplit

from bot.domain.jsontext import Json


class Connection(asyncio.Protocol):
    """One connection; ``call`` again only after the answer came."""

    def __init__(self, host: str) -> None:
        self._host = host
        self._received = bytearray()
        self._body_at = 0
        self._length = 0
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the event loop."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Called by the event loop."""
        self._received += data
        if not self._body_at and not self._read_head():
            return
        end = self._body_at + self._length
        if len(self._received) < end or self._answer is None or self._answer.done():
            return
        answer = int(self._received[9:12]), bytes(self._received[self._body_at : end])
        del self._received[:end]
        self._body_at = 0
        self._answer.set_result(answer)

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by the event loop."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionError("the server closed the connection"))

    def _read_head(self) -> bool:
        end = self._received.find(b"\r\n\r\n")
        if end < 0:
            return False
        head = bytes(self._received[:end]).lower()
        at = head.find(b"\r\ncontent-length:")
        if at < 0:
            if head[9:12] not in {b"204", b"304"}:
                raise ValueError(f"an answer without Content-Length: {head[:300]!r}")
            self._length = 0
        else:
            self._length = int(head[at + 17 :].partition(b"\r\n")[0])
        self._body_at = end + 4
        return True

    async def send(self, request: bytes) -> tuple[int, bytes]:
        """Send the whole of a request; returns status and body.

        Raises:
            ConnectionError: when the server goes away.
        """
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    async def call(
        self, method: str, path: str, headers: bytes = b"", body: bytes = b"", kind: bytes = b"application/json"
    ) -> tuple[int, bytes]:
        """Put a request together and send it; ``headers`` are whole lines."""
        return await self.send(request_bytes(method, path, self._host, headers, body, kind))

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()


def request_bytes(method: str, path: str, host: str, headers: bytes, body: bytes, kind: bytes) -> bytes:
    """A whole HTTP/1.1 request."""
    head = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\n".encode() + headers
    if body:
        head += b"Content-Type: %b\r\nContent-Length: %d\r\n" % (kind, len(body))
    elif method not in {"GET", "HEAD"}:
        head += b"Content-Length: 0\r\n"
    return head + b"\r\n" + body


async def connect(url: str) -> Connection:
    """A connection to a server's address."""
    where = urlsplit(url)
    loop = asyncio.get_running_loop()
    _, connection = await loop.create_connection(
        lambda: Connection(where.netloc), where.hostname or "", where.port or 80
    )
    return connection


def expect(answer: tuple[int, bytes], *statuses: int) -> Json:
    """The JSON of an answer with one of these statuses.

    Raises:
        AssertionError: with the answer's body, when it has another.
    """
    status, body = answer
    assert status in statuses, f"{status}: {body[:500]!r}"
    return json.loads(body) if body else None
