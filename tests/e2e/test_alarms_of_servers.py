"""Two servers on one database: what people correct on both desks fires the policy's alarm, once, and every agent is
refused by both until somebody lets it go on.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from adapters.clock import SystemClock
from bot.domain import events as e
from bot.pausing import STREAM
from store.opening import open_store
from tests.rigs.house import POLICY
from tests.rigs.server import SECONDS, Server, serving

ALARM = "    alarms: [{name: many, overrides: 4, within: 10m, pause: action, freeze: true}]\n"
REASONS = "    reasons: [wrong_amount, not_eligible]\n"


@pytest.fixture(params=["sqlite", "postgres"])
def servers(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[list[Server], str]]:
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    database = f"sqlite:///{one / 'signoff.db'}"
    if request.param == "postgres":
        postgres = request.getfixturevalue("postgres")
        database = postgres.url(postgres.create())
    given: dict[str, Any] = {"database": database, "key_file": one / "signoff.key"}
    with ExitStack() as stack:
        started = [
            stack.enter_context(serving(folder, policy=POLICY.replace(REASONS, REASONS + ALARM), **given))
            for folder in (one, two)
        ]
        yield started, database


@asynccontextmanager
async def agent(servers: list[Server], token: str) -> AsyncIterator[list[httpx.AsyncClient]]:
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        httpx.AsyncClient(base_url=servers[0].url, headers=headers, trust_env=False, timeout=30) as one,
        httpx.AsyncClient(base_url=servers[1].url, headers=headers, trust_env=False, timeout=30) as two,
    ):
        yield [one, two]


async def proposed(http: httpx.AsyncClient, number: int, amount: int = 120) -> dict[str, Any]:
    context = {"customer": f"c{number}", "session": f"s{number}"}
    body = {"tool": "issue_refund", "arguments": {"amount": amount}, "timeout": "30m", "context": context}
    answer = await http.post("/api/v1/requests", json=body, headers={"Idempotency-Key": f"key-{number}"})
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


async def overridden(server: Server, id_: str, person: str, *, edit: bool) -> None:
    async with server.reviewer(person) as reviewer:
        if edit:
            await reviewer.edit(id_, {"amount": "80"}, "Half is right")
        else:
            await reviewer.reject(id_, "not_eligible", "Not this one.")


async def until_refused(http: httpx.AsyncClient, numbers: Iterator[int]) -> dict[str, Any]:
    """What a proposal that the policy would allow is answered with, once it is not allowed any more."""
    async with asyncio.timeout(SECONDS):
        while True:
            found = await proposed(http, next(numbers), 10)
            if found["status"] != "approved":
                return found
            await asyncio.sleep(0.05)


async def test_corrections_on_both_desks_stop_every_agent_at_both_servers(servers: tuple[list[Server], str]) -> None:
    (one, two), database = servers
    numbers = iter(range(1000))
    async with agent([one, two], one.agent()["token"]) as clients:
        granted = await proposed(clients[0], next(numbers), 10)
        assert granted["status"] == "approved"
        held = [await proposed(clients[number % 2], next(numbers)) for number in range(5)]
        for number, request in enumerate(held[:4]):
            await overridden((one, two)[number % 2], request["id"], ("dana", "omar")[number % 2], edit=number == 0)
        for http in clients:
            refused = await until_refused(http, numbers)
            assert refused["status"] == "rejected"
            assert "many" in str(refused), refused
        headers = {"Idempotency-Key": "spend"}
        spent = await clients[1].post(
            f"/api/v1/requests/{granted['id']}/redeem", json={"digest": granted["digest"]}, headers=headers
        )
        assert (spent.status_code, spent.json()["code"]) == (409, "paused")
        assert "many" in spent.text
        async with two.reviewer("dana") as reviewer:
            page = await reviewer._browser.open(f"{two.url}/desk/")
            assert "Paused: Refund a customer" in page.words
        await paused_once(database)
        await asyncio.to_thread(two.command, "resume", "action:refund", "--reason", "looked at")
        assert (await proposed(clients[0], next(numbers), 10))["status"] == "approved"
        await paused_once(database)


async def paused_once(database: str) -> None:
    store = await open_store(database, SystemClock(), vault_key=None, migrate=False)
    try:
        paused = [e.event_of(record) for record in await store.events(STREAM) if record.type == "ledger.paused"]
    finally:
        await store.close()
    (pause,) = paused
    assert isinstance(pause, e.Paused)
    assert (pause.scope, pause.freeze) == ("action:refund", True)
