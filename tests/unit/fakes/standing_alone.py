"""A fake platform as a program of its own, driven by HTTP."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

ROOT = Path(__file__).parents[3]


class Program:
    """The running program, by what it printed."""

    def __init__(self, printed: str) -> None:
        self.printed = printed
        self.url = re.findall(r"tests on (\S+)", printed)[0]

    def fact(self, name: str) -> list[str]:
        """The words that it printed behind a name."""
        found: str = re.findall(rf"^  {name} +(.+)$", self.printed, re.MULTILINE)[0]
        return found.split()

    async def ask(self, url: str, **sent: Any) -> tuple[int, Any]:
        """What it answers to a POST: status and JSON."""
        async with aiohttp.ClientSession() as session, session.post(url, **sent) as answer:
            return answer.status, await answer.json()

    async def drive(self, deed: str, **asked: Any) -> tuple[int, Any]:
        """What comes of a person's deed."""
        return await self.ask(f"{self.url}/_drive/{deed}", json=asked)

    async def show(self) -> Any:
        """All that its people see."""
        async with aiohttp.ClientSession() as session, session.get(f"{self.url}/_show") as answer:
            return await answer.json()


@asynccontextmanager
async def started(module: str) -> AsyncIterator[Program]:
    """The program while it runs, on a free port, for a bot that is not there."""
    command = [sys.executable, "-m", module, "--port", "0", "--app", "http://127.0.0.1:9"]
    running = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    try:
        assert running.stdout is not None
        yield Program((await asyncio.wait_for(running.stdout.readuntil(b"/_show\n"), 30)).decode())
    finally:
        running.terminate()
        await running.wait()


async def refuses_what_nobody_can_do(program: Program) -> None:
    """A press that reaches no bot, a button that is not there, somebody who is not there, an unknown deed."""
    status, answer = await program.drive("click", user="dana", channel="refunds", action="approve")
    assert (status, answer["done"]["error"]) == (200, "connection_failed")
    assert (await program.drive("click", user="dana", channel="refunds", action="launch"))[0] == 409
    assert (await program.drive("click", user="nobody", channel="refunds", action="approve"))[0] == 400
    assert (await program.drive("dance"))[0] == 404
