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
from slack_sdk.web.async_client import AsyncWebClient

ROOT = Path(__file__).parents[3]


class Program:
    """The running program, by what it printed."""

    def __init__(self, printed: str) -> None:
        self.url = re.findall(r"tests on (\S+)", printed)[0]
        self.client = AsyncWebClient(
            base_url=re.findall(r"API base URL +(\S+)", printed)[0], token=re.findall(r"bot token +(\S+)", printed)[0]
        )

    async def drive(self, deed: str, **asked: Any) -> tuple[int, Any]:
        async with aiohttp.ClientSession() as session, session.post(f"{self.url}/_drive/{deed}", json=asked) as answer:
            return answer.status, await answer.json()

    async def show(self) -> Any:
        async with aiohttp.ClientSession() as session, session.get(f"{self.url}/_show") as answer:
            return json.loads(await answer.text())["workspaces"][0]


@pytest.fixture
async def program() -> AsyncIterator[Program]:
    command = [sys.executable, "-m", "tests.fakes.slack", "--port", "0", "--app", "http://127.0.0.1:9"]
    running = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    try:
        assert running.stdout is not None
        yield Program((await asyncio.wait_for(running.stdout.readuntil(b"/_show\n"), 30)).decode())
    finally:
        running.terminate()
        await running.wait()


async def test_it_is_driven_by_hand(program: Program) -> None:
    button = {"type": "button", "text": {"type": "plain_text", "text": "Approve"}, "action_id": "approve"}
    await program.client.chat_postMessage(
        channel="C0REFUNDS", text="Held", blocks=[{"type": "actions", "elements": [button]}]
    )
    shown = await program.show()
    assert [each["text"] for each in shown["channels"]["refunds"]] == ["Held"]
    status, answer = await program.drive("click", user="dana", channel="refunds", action="approve")
    assert (status, answer["done"]["error"]) == (200, "connection_failed")
    assert (await program.drive("click", user="dana", channel="refunds", action="launch"))[0] == 409
    assert (await program.drive("click", user="nobody", channel="refunds", action="approve"))[0] == 400
    assert (await program.drive("dance"))[0] == 404
    await program.client.views_publish(
        user_id=(await program.client.users_lookupByEmail(email="dana@acme.test"))["user"]["id"],
        view={"type": "home", "blocks": [{"type": "divider"}]},
    )
    assert (await program.show())["users"]["dana"]["home"]["blocks"][0]["type"] == "divider"
