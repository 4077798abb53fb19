"""A desk on a real port over a small house: people sign in, an agent proposes, the clock stands until it is moved."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from adapters.charts import Charts
from adapters.desk import app as desk
from adapters.desk.links import Link, give_link
from bot.answering import Answering
from bot.deciding import Deciding
from bot.domain.jsontext import digest
from bot.domain.requests import DecisionKind, OutcomeStatus, Proposal, Request
from bot.opening import open_request
from bot.pausing import Pausing
from bot.ports import Store
from bot.proving.verifying import Verifying
from bot.rostering import Rostering
from bot.waiting import Waiting
from tests.rigs.filed import filing_of, verifying_of
from tests.rigs.house import House, MovedClock, new_house

EXAMPLE = (Path(__file__).parents[2] / "examples" / "policy.yaml").read_text(encoding="utf-8")


@dataclass
class Desk:
    """A house with the desk served at ``url``."""

    house: House
    waiting: Waiting
    pausing: Pausing
    verifying: Verifying
    url: str
    runner: web.AppRunner

    async def stop(self) -> None:
        """What the server does when it is told to stop; twice is once."""
        self.waiting.close()
        await self.runner.cleanup()

    async def link(self, who: str) -> Link:
        person = self.house.person(who)
        return await give_link(
            self.house.store,
            self.house.clock,
            self.house.policy,
            person.email,
            public_url=self.url,
            by=self.house.operator,
        )

    async def propose(self, tool: str, arguments: dict[str, Any], **more: Any) -> Request:
        """Open a request; ``within``, ``reasoning`` and the entries of the context are keywords."""
        within, reasoning = more.pop("within", "30m"), more.pop("reasoning", None)
        number = len(await self.house.store.all_events(limit=100_000))
        proposal = Proposal(tool, arguments, within, agent_reasoning=reasoning, context=more)
        opened = await open_request(
            self.house.store,
            self.house.clock,
            self.house.policy,
            proposal=proposal,
            key=f"key-{number}",
            random=number.to_bytes(10, "big"),
            **self.house.agent,
        )
        return opened.request

    async def refund(self, amount: float = 120, **more: Any) -> Request:
        """A refund that is held, with everything that an agent says of one."""
        customer = more.pop("customer", "cust_42")
        context = {"customer": customer, "session": f"s-{customer}", "confidence": 0.83, **more}
        return await self.propose("issue_refund", {"order_id": "A-1001", "amount": amount, "reason": "Late"}, **context)

    async def answer(self, request: Request, seconds: float = 20) -> Request:
        """What an agent that waits is told."""
        found = await self.waiting.until_decided(request.id, seconds)
        assert found is not None
        assert not found.pending, "nobody decided in time"
        return found

    async def decided(self, request: Request) -> DecisionKind | None:
        """How it was decided, on record."""
        found = await self.house.store.request(request.id)
        assert found is not None
        return None if found.decision is None else found.decision.kind

    async def run(self, request: Request, status: OutcomeStatus = OutcomeStatus.SUCCEEDED) -> Request:
        """Redeem for the signed arguments and report."""
        redeeming, agent = self.house.redeeming, self.house.agent
        await redeeming.redeem(request.id, key="k", digest=digest(request.arguments), **agent)
        return await redeeming.report(request.id, status=status, note=None, **agent)


@asynccontextmanager
async def served(
    *, policy: str = EXAMPLE, store: Store | None = None, clock: MovedClock | None = None, public_url: str = ""
) -> AsyncIterator[Desk]:
    """A desk that listens on a free port of this machine."""
    house = await new_house(store, clock, policy)
    waiting, verifying = Waiting(house.store), verifying_of(house)
    app = web.Application(client_max_size=256 * 1024)
    deciding = Deciding(house.store, house.clock, lambda: house.policy)
    pausing = Pausing(house.store, house.clock, lambda: house.policy)
    await pausing.start()
    desk.mount(
        app,
        store=house.store,
        clock=house.clock,
        policy=lambda: house.policy,
        deciding=deciding,
        pausing=pausing,
        rostering=Rostering(house.store, house.clock, lambda: house.policy),
        answering=Answering(house.store, house.clock, lambda: house.policy),
        filing=filing_of(house),
        verifying=verifying,
        draw=Charts().plates,
        waiting=waiting,
        public_url=public_url or "http://127.0.0.1:1",
    )
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    desk_ = Desk(house, waiting, pausing, verifying, f"http://127.0.0.1:{runner.addresses[0][1]}", runner)
    try:
        yield desk_
    finally:
        await desk_.stop()
        await verifying.close()
        await pausing.close()
        await house.store.close()


class Browserless:
    """One person's HTTP session: cookies, forms, and nothing followed without being asked."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self.http = http
        self.url = url
        self.csrf = ""

    async def get(self, path: str, **more: Any) -> tuple[int, str]:
        async with self.http.get(self.url + path, allow_redirects=False, **more) as response:
            return response.status, await response.text()

    async def post(self, path: str, *, headers: Any = None, **fields: Any) -> tuple[int, str, str]:
        """Status, text and where it leads."""
        fields = {"csrf": self.csrf, **fields}
        headers = {"Origin": self.url} if headers is None else headers
        async with self.http.post(self.url + path, data=fields, headers=headers, allow_redirects=False) as response:
            return response.status, await response.text(), response.headers.get("Location", "")


@asynccontextmanager
async def signed_in(desk: Desk, who: str) -> AsyncIterator[Browserless]:
    """A person signed in, without a browser."""
    jar = aiohttp.CookieJar(unsafe=True)  # this machine's address is a number
    async with aiohttp.ClientSession(cookie_jar=jar) as http:
        session = Browserless(http, desk.url)
        path = (await desk.link(who)).url.removeprefix(desk.url)
        status, _, location = await session.post(path)
        assert (status, location) == (303, "/desk/")
        _, page = await session.get("/desk/")
        session.csrf = page.partition('name="csrf" value="')[2].partition('"')[0]
        assert session.csrf
        yield session


def words_of(page: str) -> str:
    """What a page's main part says, as text on one line."""
    body = page.partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())
