"""Who opens a connection and says nothing, or half a request, does not keep it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from adapters.patience import Patience


@asynccontextmanager
async def listening(patience: Patience) -> AsyncIterator[tuple[str, int]]:
    async def late(_: web.Request) -> web.Response:
        await asyncio.sleep(0.3)  # longer than the first words may take: the answer is what takes its time here
        return web.Response(text="late")

    app = web.Application(middlewares=[patience.listened])
    app.router.add_get("/", late)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await patience.site(runner, "127.0.0.1", 0, backlog=16).start()
        yield runner.addresses[0]
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("said", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "])
async def test_a_connection_without_a_request_is_closed(said: bytes) -> None:
    async with listening(Patience(0.05)) as (host, port), asyncio.timeout(10):
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(said)
        assert await reader.read() == b""
        writer.close()


async def test_whoever_asked_is_answered_however_long_that_takes() -> None:
    async with listening(Patience(0.05)) as (host, port), asyncio.timeout(10):
        reader, writer = await asyncio.open_connection(host, port)
        for _ in range(2):
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert (await reader.readuntil(b"late")).startswith(b"HTTP/1.1 200")
        writer.close()
