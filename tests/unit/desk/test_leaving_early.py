"""A browser that is gone before its live stream begins."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.rigs.desk import Desk, served, signed_in


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with served() as found:
        yield found


async def test_it_is_not_missed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    watch, tried = desk.waiting.watch, asyncio.Event()

    @asynccontextmanager
    async def after_it_left() -> AsyncIterator[Any]:
        writer.close()
        (protocol,) = desk.runner.server.connections  # type: ignore[union-attr]  # it is served
        while protocol.transport is not None:  # noqa: ASYNC110 - until the server has noticed
            await asyncio.sleep(0.005)
        async with watch() as queue:
            try:
                yield queue
            finally:
                tried.set()

    async with signed_in(desk, "dana") as dana:
        cookies = "; ".join(f"{one.key}={one.value}" for one in dana.http.cookie_jar)
    async with asyncio.timeout(10):
        while desk.runner.server.connections:  # type: ignore[union-attr]  # noqa: ASYNC110 - those of the browser
            await asyncio.sleep(0.005)
        monkeypatch.setattr(desk.waiting, "watch", after_it_left)
        host, _, port = desk.url.removeprefix("http://").partition(":")
        _, writer = await asyncio.open_connection(host, int(port))
        with capture_logs() as said:
            writer.write(f"GET /desk/events HTTP/1.1\r\nHost: {host}:{port}\r\nCookie: {cookies}\r\n\r\n".encode())
            await tried.wait()
            await asyncio.sleep(0)
            await writer.wait_closed()
    assert [one for one in said if one["log_level"] == "error"] == []
