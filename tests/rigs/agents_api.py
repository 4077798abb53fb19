"""The agents' APIs on a real port over a small house, with a courier that delivers to receivers of this test."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from adapters.agents import app as agents
from adapters.agents.limits import Limits
from adapters.webhooks.sender import WebhookSender
from bot.enrolling import Enrolling
from bot.ports import Store
from bot.waiting import Waiting
from store.memory import MemoryStore
from store.opening import open_store
from tests.rigs.filed import filing_of
from tests.rigs.house import House, MovedClock, new_house

PLENTY = Limits(rate_per_minute=1_000_000, rate_burst=100_000, registrations_per_minute=6000, registrations_burst=1000)
CALL = {"tool": "issue_refund", "arguments": {"amount": 120, "reason": "Late"}, "timeout": "30m"}
CONTEXT = {"customer": "cust_1", "session": "s1"}


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: Any
    body: Any

    @property
    def error(self) -> dict[str, Any]:
        """The error of either API."""
        found: dict[str, Any] = self.body.get("error", self.body)
        return found

    @property
    def field(self) -> str | None:
        """Which field is at fault."""
        return self.error.get("param") or self.error.get("field")


@dataclass
class Api:
    """A house with both APIs served at ``url``."""

    house: House
    waiting: Waiting
    sender: WebhookSender
    http: aiohttp.ClientSession
    url: str
    provisioner: str
    keys: int = field(default=0)

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str | None = "",
        key: str | None = "",
        raw: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """One call; without ``token`` the agent's own, without ``key`` a new one for whatever is posted or patched."""
        sent = {} if token is None else {"Authorization": f"Bearer {token or self.house.issued.token}"}
        if key == "" and method in {"POST", "PATCH"}:
            self.keys += 1
            key = f"call-{self.keys}"
        if key:
            sent["Idempotency-Key"] = key
        if body is not None or raw is not None:
            sent["Content-Type"] = "application/json"
        data = json.dumps(body).encode() if raw is None and body is not None else raw
        sent |= headers or {}
        streamed = None if data is None else BytesIO(data)  # aiohttp sends a large one in pieces
        async with self.http.request(
            method, self.url + path, data=streamed, headers=sent, allow_redirects=False
        ) as got:
            text = await got.read()
            return Answer(got.status, got.headers, json.loads(text) if text else None)

    async def propose(self, *, key: str | None = "", **changes: Any) -> Answer:
        """Propose a refund that is held, over AAP."""
        return await self.call("POST", "/api/aap/v1/requests", {**CALL, "context": CONTEXT, **changes}, key=key)

    async def polled(self) -> None:
        """Return once an agent waits for a decision."""
        for _ in range(2000):
            if self.waiting.waiting:
                return
            await asyncio.sleep(0.002)
        raise AssertionError("nobody waits")


@asynccontextmanager
async def api(
    kind: str = "memory", folder: Path | None = None, *, limits: Limits = PLENTY, policy: str | None = None
) -> AsyncIterator[Api]:
    """Both APIs over a memory or SQLite store."""
    clock = MovedClock()
    store: Store = MemoryStore(clock)
    if kind == "sqlite":
        assert folder is not None
        store = await open_store(f"sqlite:///{folder / 'signoff.db'}", clock, vault_key=bytes(32))
    house = await (new_house(store, clock) if policy is None else new_house(store, clock, policy))
    waiting = Waiting(store)
    sender = WebhookSender(store, clock, allow_private=True)
    app = web.Application(client_max_size=limits.max_body_bytes)
    agents.mount(
        app,
        store=store,
        clock=clock,
        policy=lambda: house.policy,
        waiting=waiting,
        filing=filing_of(house),
        verify_delivery=sender.verify,
        limits=limits,
    )
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    token = (await Enrolling(store, clock).issue_provisioner(house.issued.agent, by=house.operator)).token
    try:
        async with aiohttp.ClientSession() as http:
            url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            yield Api(house, waiting, sender, http, url, token)
    finally:
        waiting.close()
        await runner.cleanup()
        await sender.close()
        await store.close()
