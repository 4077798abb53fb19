"""HTTP sessions of this adapter, and the waiting between two tries."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import aiohttp

SECONDS = 8.0
"""How long an answer of the connector is waited for."""
METADATA_SECONDS = 3.0
"""How long keys and tokens are waited for: whoever clicked waits meanwhile."""

Pause = Callable[[float], Awaitable[None]]
"""Waits so many seconds."""


async def pause(seconds: float) -> None:
    """Wait, letting everything else go on."""
    await asyncio.sleep(seconds)


class Session:
    """One aiohttp session, opened with its first call on the loop that makes it, without cookies."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._session: aiohttp.ClientSession | None = None

    def open(self) -> aiohttp.ClientSession:
        """The session."""
        if self._session is None or self._session.closed:
            limits = aiohttp.ClientTimeout(total=self._seconds)
            self._session = aiohttp.ClientSession(timeout=limits, cookie_jar=aiohttp.DummyCookieJar())
        return self._session

    async def close(self) -> None:
        """End its connections; a later call opens it anew."""
        if self._session is not None:
            await self._session.close()
