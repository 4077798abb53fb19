"""Two servers on one database: what one pauses, neither lets through; by the record's own order."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from adapters.clock import SystemClock
from bot.domain import events as e
from bot.domain.events import EventRecord
from bot.pausing import STREAM
from store.opening import open_store
from tests.rigs.house import POLICY
from tests.rigs.server import Server, serving

PROPOSED = 800
AT_ONCE = 64
ROOMY = POLICY.replace("300 actions", "100000 actions")


@dataclass
class Pair:
    """Two servers, and where both keep everything."""

    one: Server
    two: Server
    database: str

    async def records(self) -> list[EventRecord]:
        store = await open_store(self.database, SystemClock(), vault_key=None, migrate=False)
        try:
            found: list[EventRecord] = []
            position = 0
            while page := await store.all_events(after=position):
                found += [record for _, record in page]
                position = page[-1][0]
            return found
        finally:
            await store.close()


@pytest.fixture(params=["sqlite", "postgres"])
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Pair]:
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    database = f"sqlite:///{one / 'signoff.db'}"
    if request.param == "postgres":
        postgres = request.getfixturevalue("postgres")
        database = postgres.url(postgres.create())
    with ExitStack() as stack:
        given: dict[str, Any] = {"policy": ROOMY, "database": database, "key_file": one / "signoff.key"}
        first = stack.enter_context(serving(one, **given))
        yield Pair(first, stack.enter_context(serving(two, **given)), database)


@asynccontextmanager
async def agent(pair: Pair, token: str) -> AsyncIterator[list[httpx.AsyncClient]]:
    """The agent's client for each server."""
    headers = {"Authorization": f"Bearer {token}"}
    limits = httpx.Limits(max_connections=AT_ONCE)
    async with (
        httpx.AsyncClient(base_url=pair.one.url, headers=headers, trust_env=False, timeout=60, limits=limits) as one,
        httpx.AsyncClient(base_url=pair.two.url, headers=headers, trust_env=False, timeout=60, limits=limits) as two,
    ):
        yield [one, two]


async def proposed(http: httpx.AsyncClient, number: int) -> dict[str, Any]:
    context = {"customer": f"c{number}"}
    body = {"tool": "issue_refund", "arguments": {"amount": 10}, "timeout": "30m", "context": context}
    answer = await http.post("/api/v1/requests", json=body, headers={"Idempotency-Key": f"key-{number}"})
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


def allowed(record: EventRecord) -> bool:
    event = e.event_of(record)
    return isinstance(event, e.Decided) and event.decision.kind.value == "approved"


async def test_neither_server_lets_anything_through_after_the_pause(pair: Pair) -> None:
    gate = asyncio.Semaphore(AT_ONCE)
    some = asyncio.Event()

    async def propose(http: httpx.AsyncClient, number: int) -> str:
        async with gate:
            found = await proposed(http, number)
        if number == AT_ONCE:
            some.set()
        return str(found["status"])

    async with agent(pair, pair.one.agent()["token"]) as clients:
        arriving = [asyncio.create_task(propose(clients[number % 2], number)) for number in range(PROPOSED)]
        await some.wait()
        words = ("pause", "everything", "--reason", "stop", "--freeze")
        await asyncio.to_thread(pair.two.command, *words)
        statuses = Counter(await asyncio.gather(*arriving))
    records = await pair.records()
    (place,) = [number for number, record in enumerate(records) if record.stream == STREAM]
    assert sum(map(allowed, records[:place])) == statuses["approved"] > 0
    assert sum(record.type == "request.opened" for record in records[place:]) > 0
    assert not any(map(allowed, records[place:]))
    pair.one.command("audit", "rebuild", "--check")


async def test_an_agent_is_told_that_its_approval_is_frozen_and_spends_it_afterwards(pair: Pair) -> None:
    async with agent(pair, pair.one.agent()["token"]) as clients:
        granted = [await proposed(http, number) for number, http in enumerate(clients)]
        await asyncio.to_thread(pair.one.command, "pause", "action:refund", "--reason", "stop", "--freeze")
        key, digest = {"Idempotency-Key": "spend"}, {"digest": granted[0]["digest"]}
        ours = await clients[1].post(f"/api/v1/requests/{granted[0]['id']}/redeem", json=digest, headers=key)
        aap = await clients[1].post(f"/api/aap/v1/requests/{granted[1]['id']}/consume", headers=key)
        assert (ours.status_code, ours.json()["code"]) == (409, "paused")
        assert (aap.status_code, aap.json()["error"]["code"]) == (409, "paused")
        assert "The action refund was paused by" in aap.json()["error"]["message"]
        await asyncio.to_thread(pair.two.command, "resume", "action:refund", "--reason", "mended")
        assert (await proposed(clients[0], 7))["status"] == "approved"
        ours = await clients[0].post(f"/api/v1/requests/{granted[0]['id']}/redeem", json=digest, headers=key)
        aap = await clients[0].post(f"/api/aap/v1/requests/{granted[1]['id']}/consume", headers=key)
        assert {ours.status_code, aap.status_code} == {200}, (ours.text, aap.text)
