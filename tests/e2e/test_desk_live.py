"""The desk over HTTP: open pages hear of what changes."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import aiohttp
import pytest

from adapters.desk import live
from tests.rigs.desk import Desk, served, signed_in


async def next_event(response: aiohttp.ClientResponse) -> tuple[str, str]:
    async with asyncio.timeout(10):
        name = ""
        while True:
            line = (await response.content.readline()).decode().rstrip("\n")
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            if line.startswith("data: "):
                return name, line.removeprefix("data: ")


async def test_open_pages_hear_of_what_they_may_see(desk: Desk) -> None:
    async with signed_in(desk, "dana") as dana, dana.http.get(f"{desk.url}/desk/events") as response:
        assert response.content_type == "text/event-stream"
        assert (await next_event(response))[0] == "hello"
        request = await desk.refund()
        assert await next_event(response) == ("changed", request.id)


async def test_a_stranger_to_a_request_does_not_hear_of_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async with signed_in(desk, "amir") as amir, amir.http.get(f"{desk.url}/desk/events") as response:
        assert (await next_event(response))[0] == "hello"
        await desk.refund()
        async with asyncio.timeout(10):
            while (line := await response.content.readline()) != b": nothing of yours\n":
                assert b"data" not in line


async def test_streams_send_heartbeats_and_end_with_their_session(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 0.05)
    async with signed_in(desk, "dana") as dana, dana.http.get(f"{desk.url}/desk/events") as response:
        async with asyncio.timeout(10):
            while await response.content.readline() != b": still here\n":
                pass
        desk.house.clock.at += timedelta(hours=12)
        assert (await next_event(response))[0] == "bye"
        assert await response.content.read() == b"\n"


async def test_streams_end_when_the_server_stops() -> None:
    async with served() as desk:
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(cookie_jar=jar) as http:
            await http.post((await desk.link("dana")).url, data={"go": "yes"}, headers={"Origin": desk.url})
            response = await http.get(f"{desk.url}/desk/events")
            assert (await next_event(response))[0] == "hello"
            ending = asyncio.create_task(response.content.read())
            await desk.stop()
            async with asyncio.timeout(10):
                await ending
