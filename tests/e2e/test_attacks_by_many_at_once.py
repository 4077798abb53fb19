"""Two servers on one database, and everybody at once: a cap is never passed, and nothing is decided or run twice."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager

import httpx
import pytest

from bot.demo.browser import Browser
from bot.demo.reviewer import Reviewer
from bot.errors import NotAllowed
from tests.rigs.server import Server, serving

Pair = tuple[Server, Server]


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    one, two = tmp_path_factory.mktemp("one"), tmp_path_factory.mktemp("two")
    database = f"sqlite:///{one / 'signoff.db'}"
    if request.param == "postgres":
        postgres = request.getfixturevalue("postgres")
        database = postgres.url(postgres.create())
    key = one / "signoff.key"
    with ExitStack() as stack:
        first = stack.enter_context(serving(one, database=database, key_file=key))
        yield first, stack.enter_context(serving(two, database=database, key_file=key))
        for folder in (one, two):
            assert "Traceback" not in (folder / "server.log").read_text(encoding="utf-8")
        for words in (("audit", "verify"), ("audit", "rebuild", "--check")):
            first.command(*words)


@asynccontextmanager
async def agents(pair: Pair, token: str) -> AsyncIterator[list[httpx.AsyncClient]]:
    """An agent's client for each server."""
    headers = {"Authorization": f"Bearer {token}"}
    limits = httpx.Limits(max_connections=100)
    async with (
        httpx.AsyncClient(base_url=pair[0].url, headers=headers, trust_env=False, timeout=60, limits=limits) as one,
        httpx.AsyncClient(base_url=pair[1].url, headers=headers, trust_env=False, timeout=60, limits=limits) as two,
    ):
        yield [one, two]


async def proposed(http: httpx.AsyncClient, key: str, amount: float = 120, customer: str = "c") -> httpx.Response:
    body = {
        "tool": "issue_refund",
        "arguments": {"amount": amount},
        "timeout": "30m",
        "context": {"customer": customer},
    }
    return await http.post("/api/v1/requests", json=body, headers={"Idempotency-Key": key})


async def test_a_cap_is_shared_by_servers_and_given_back_once(pair: Pair) -> None:
    token = pair[0].agent()["token"]
    async with agents(pair, token) as clients:
        for turn in range(2):
            found = await asyncio.gather(
                *(proposed(clients[number % 2], f"{turn}-{number}", 100, "capped") for number in range(40))
            )
            assert {answer.status_code for answer in found} == {201}
            bodies = [answer.json() for answer in found]
            assert Counter(body["status"] for body in bodies) == {"pending": 10, "rejected": 30}
            held = [body["id"] for body in bodies if body["status"] == "pending"]
            ended = await asyncio.gather(
                *(clients[number % 2].delete(f"/api/v1/requests/{held[number // 4]}") for number in range(40))
            )
            assert {answer.status_code for answer in ended} == {200}


async def test_one_key_on_two_servers_opens_one_request(pair: Pair) -> None:
    token = pair[0].agent()["token"]
    async with agents(pair, token) as clients:
        found = await asyncio.gather(*(proposed(clients[number % 2], "one-key") for number in range(48)))
        other = await proposed(clients[0], "one-key", 121)
    assert {answer.status_code for answer in found} == {200, 201}, [answer.text for answer in found]
    assert len({answer.json()["id"] for answer in found}) == 1
    assert Counter(answer.status_code for answer in found) == {201: 1, 200: 47}
    assert other.status_code == 409


async def reviewers(stack: AsyncExitStack, pair: Pair) -> list[Reviewer]:
    """Each person at the desk of each server; a session counts on both."""
    found = []
    for person in ("dana", "omar", "lee"):
        browser = Browser(httpx.AsyncClient(timeout=60, trust_env=False, follow_redirects=False))
        await stack.enter_async_context(browser)
        told = await asyncio.to_thread(pair[0].command, "desk", "link", f"{person}@acme.test", "--json")
        first = await Reviewer.signed_in(browser, json.loads(told)["url"])
        found += [first, Reviewer(browser, pair[1].url)]
    return found


async def test_of_sixty_four_different_decisions_at_once_exactly_one_is_made(pair: Pair) -> None:
    token = pair[0].agent()["token"]
    async with AsyncExitStack() as stack, agents(pair, token) as clients:
        people = await reviewers(stack, pair)
        for turn in range(2):
            id_ = (await proposed(clients[0], f"race-{turn}", 120, f"race-{turn}")).json()["id"]
            chance = random.Random(turn)

            async def act(number: int, id_: str = id_, chance: random.Random = chance) -> str | None:
                who = people[number % 6]
                try:
                    kind = chance.choice(["approve", "reject", "edit", "cancel"])
                    if kind == "approve":
                        await who.approve(id_, f"note {number}")
                    elif kind == "reject":
                        await who.reject(id_, "not_eligible", f"note {number}")
                    elif kind == "edit":
                        await who.edit(id_, {"amount": "80"}, f"note {number}")
                    elif (await clients[number % 2].delete(f"/api/v1/requests/{id_}")).status_code != 200:
                        return None
                except NotAllowed:
                    return None
                return kind

            done = [kind for kind in await asyncio.gather(*map(act, range(64))) if kind]
            told = [(await client.get(f"/api/v1/requests/{id_}")).json() for client in clients]
            assert told[0] == told[1]
            record = (await clients[1].get(f"/api/v1/requests/{id_}/record")).json()["events"]
            decided = [event for event in record if event["type"] == "request.decided"]
            assert len(decided) == 1
            assert done
            kinds = {"approve": "approved", "reject": "rejected", "edit": "approved_with_edits", "cancel": "cancelled"}
            assert {kinds[kind] for kind in done} == {told[0]["status"]}


async def test_of_many_redemptions_on_two_servers_one_runs(pair: Pair) -> None:
    token = pair[0].agent()["token"]
    async with AsyncExitStack() as stack, agents(pair, token) as clients:
        person = (await reviewers(stack, pair))[0]
        made = (await proposed(clients[0], "k", 120, "redeemed")).json()
        await person.approve(made["id"])
        found = await asyncio.gather(
            *(
                clients[number % 2].post(
                    f"/api/aap/v1/requests/{made['id']}/consume", headers={"Idempotency-Key": f"run-{number}"}
                )
                for number in range(64)
            )
        )
    assert Counter(answer.status_code for answer in found) == {200: 1, 409: 63}


async def test_a_link_that_sixty_four_open_at_once_signs_in_one(pair: Pair) -> None:
    url = json.loads(await asyncio.to_thread(pair[0].command, "desk", "link", "dana@acme.test", "--json"))["url"]
    path = url.partition("/desk/")[2]
    limits = httpx.Limits(max_connections=64)
    async with httpx.AsyncClient(trust_env=False, timeout=60, follow_redirects=False, limits=limits) as http:
        found = await asyncio.gather(
            *(
                http.post(
                    f"{pair[number % 2].url}/desk/{path}",
                    content=b"",
                    headers={"Origin": pair[number % 2].url, "Content-Type": "application/x-www-form-urlencoded"},
                )
                for number in range(64)
            )
        )
    assert Counter(answer.status_code for answer in found) == {303: 1, 410: 63}
    assert sum("set-cookie" in answer.headers for answer in found) == 1
