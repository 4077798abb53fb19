"""The fake as a program of its own, driven by HTTP."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.unit.fakes.teams_bot import asking, attached, button

ROOT = Path(__file__).parents[3]


class Program:
    """The running program, by what it printed."""

    def __init__(self, printed: str) -> None:
        self.url = re.findall(r"tests on (\S+)", printed)[0]
        self.token_url = re.findall(r"token URL +(\S+)", printed)[0]
        self.service_url = re.findall(r"service URL +(\S+)", printed)[0]
        self.app_id, self.secret = re.findall(r"app +(\S+) (\S+)", printed)[0]

    async def ask(self, url: str, **sent: Any) -> tuple[int, Any]:
        async with aiohttp.ClientSession() as session, session.post(url, **sent) as answer:
            return answer.status, await answer.json()

    async def drive(self, deed: str, **asked: Any) -> tuple[int, Any]:
        return await self.ask(f"{self.url}/_drive/{deed}", json=asked)

    async def show(self) -> Any:
        async with aiohttp.ClientSession() as session, session.get(f"{self.url}/_show") as answer:
            return json.loads(await answer.text())["tenants"][0]


@pytest.fixture
async def program() -> AsyncIterator[Program]:
    command = [sys.executable, "-m", "tests.fakes.teams", "--port", "0", "--app", "http://127.0.0.1:9"]
    running = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    try:
        assert running.stdout is not None
        yield Program((await asyncio.wait_for(running.stdout.readuntil(b"/_show\n"), 30)).decode())
    finally:
        running.terminate()
        await running.wait()


async def test_it_is_driven_by_hand(program: Program) -> None:
    form = {
        "grant_type": "client_credentials",
        "client_id": program.app_id,
        "client_secret": program.secret,
        "scope": "https://api.botframework.com/.default",
    }
    token = (await program.ask(program.token_url, data=form))[1]["access_token"]
    body = {
        "channelData": {"channel": {"id": "19:refunds@thread.tacv2"}},
        "activity": attached(asking(button("approve"))),
    }
    url, headers = f"{program.service_url}v3/conversations", {"Authorization": f"Bearer {token}"}
    status, created = await program.ask(url, json=body, headers=headers)
    assert (status, created["id"].startswith("19:refunds@thread.tacv2;messageid=")) == (201, True)
    shown = await program.show()
    assert [each["id"] for each in shown["teams"]["Support"]["refunds"]] == [created["activityId"]]
    status, answer = await program.drive("click", user="dana", channel="refunds", action="approve")
    assert (status, answer["done"]["error"]) == (200, "connection_failed")
    assert (await program.drive("click", user="dana", channel="refunds", action="launch"))[0] == 409
    assert (await program.drive("click", user="nobody", channel="refunds", action="approve"))[0] == 400
    assert (await program.drive("dance"))[0] == 404
    assert (await program.drive("submit", user="dana"))[0] == 409
    for deed, asked in {
        "mention": {"channel": "refunds", "text": "queue"},
        "direct": {"text": "help"},
        "install": {"team": "Support"},
        "uninstall": {},
        "block": {},
        "rename": {"channel": "refunds", "name": "money"},
        "fault": {"method": "updateActivity", "fault": "throttled"},
        "connect": {"url": "http://127.0.0.1:10"},
    }.items():
        assert (await program.drive(deed, user="dana", **asked))[0] == 200, deed
    assert [each["text"] for each in (await program.show())["people"]["dana"]["chat"]] == ["help"]
