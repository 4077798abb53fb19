"""`signoff serve` in a child process, with a policy file, and ways to give it an agent and people who sign."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from adapters.desk.links import give_link
from bot.app import Workplace, workplace
from bot.demo.browser import Browser
from bot.demo.reviewer import Reviewer
from bot.demo.server import free_port, running_server, settings_in
from bot.domain.people import Actor, ActorKind
from bot.domain.requests import Request
from bot.enrolling import Enrolling, NewAgent
from bot.ports import RequestQuery

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE_POLICY = ROOT / "examples" / "policy.yaml"
OPERATOR = Actor(ActorKind.OPERATOR, "test", "cli")
SECONDS = 30.0


@dataclass(frozen=True)
class Served:
    """A running server and its record."""

    place: Workplace
    process: int

    @property
    def url(self) -> str:
        return self.place.settings.url

    async def token(self, name: str = "agent") -> str:
        """A new agent's token; it may propose everything."""
        new = NewAgent(name, next(iter(self.place.policy.people.values())).email, ("*",))
        enrolling = Enrolling(self.place.store, self.place.clock)
        return (await enrolling.create(new, known=self.place.policy.actions, by=OPERATOR)).token

    @asynccontextmanager
    async def reviewer(self, person: str) -> AsyncIterator[Reviewer]:
        """Somebody signed in on the desk."""
        place = self.place
        email = place.policy.people[person].email
        link = await give_link(place.store, place.clock, place.policy, email, public_url=self.url, by=OPERATOR)
        async with Browser() as browser:
            yield await Reviewer.signed_in(browser, link.url)

    async def requests(self) -> list[Request]:
        """Every request on record, newest first."""
        found: list[Request] = []
        after: str | None = None
        while True:
            page = await self.place.store.requests(RequestQuery(limit=200, after=after))
            found.extend(page.items)
            if (after := page.next) is None:
                return found

    async def pending(self, count: int = 1) -> list[Request]:
        """The pending requests, once there are that many."""
        query = RequestQuery(statuses=("pending",), limit=200)
        async with asyncio.timeout(SECONDS):
            while len(found := (await self.place.store.requests(query)).items) < count:  # noqa: ASYNC110 - another process opens them
                await asyncio.sleep(0.02)
        return list(found)


@asynccontextmanager
async def served(folder: Path, policy: Path = EXAMPLE_POLICY) -> AsyncIterator[Served]:
    """A server with its files in ``folder``; calls are not limited."""
    settings = settings_in(folder, policy, free_port(), rate_per_minute=1_000_000, rate_burst=10_000)
    async with running_server(settings, folder) as process, workplace(settings, migrate=False) as place:
        yield Served(place, process)


@asynccontextmanager
async def command(*words: str, **environment: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A command of Python's under way, with its output kept; it has ended when the block does."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, *words,
        env={**os.environ, **environment}, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
