"""Waking: from a decision to the agent that waits for it, while a thousand wait; and the memory that waiting takes.

The time runs from the instant that the decision's record bears, before its commit, until the answer has arrived here.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from functools import partial

from bench.databases import POSTGRES
from bench.figures import Goal, at_most, quantile
from bench.frame import Bench, LeftOut, Samples, settle
from bench.http_client import Connection, connect, expect
from bench.http_load import MANY, Pool
from bench.load import run
from bench.machine import memory_bytes, raise_file_limit
from bench.preload import copied_id, preload
from bench.serving import REQUESTS, Server, Staff, seal_all, serving, staff
from bot.domain.requests import Request

SETTLE_SECONDS = 1.0
OTHER_FILES = 1000


async def measure(bench: Bench) -> None:
    """One process on each database, then two on one PostgreSQL."""
    waiting = bench.options.size(1000, 300)
    for kind in bench.options.databases:
        samples = await _wake(bench, kind, waiting, processes=1)
        _report(bench, f"waking on {kind}, {waiting:,} waiting", samples, at_most(50))
    if POSTGRES in bench.options.databases:
        samples = await _wake(bench, POSTGRES, waiting, processes=2)
        _report(bench, f"waking across two processes on {POSTGRES}, {waiting:,} waiting", samples, at_most(100))


async def measure_memory(bench: Bench) -> None:
    """What ten thousand waiting polls hold."""
    polls = bench.options.size(10_000, 2_000)
    allowed = raise_file_limit(2 * polls + OTHER_FILES)
    if allowed < polls + OTHER_FILES:
        raise LeftOut(f"only {allowed} files may be open here")
    for kind in bench.options.databases:
        with bench.databases.fresh(kind) as url:
            people = await staff(url)
            first = await preload(url, pending=polls + 1)
            assert first is not None
            await seal_all(url, bench.databases.folder)
            async with serving(url, bench.databases.folder) as server:
                await _hold(bench, kind, server, people, first, polls)


async def _wake(bench: Bench, kind: str, waiting: int, *, processes: int) -> Samples:
    samples = Samples()
    rounds = bench.options.size(3, 1)
    with bench.databases.fresh(kind) as url:
        people = await staff(url)
        first = await preload(url, pending=waiting * rounds + 1)
        assert first is not None
        async with AsyncExitStack() as stack:
            folder = bench.databases.folder
            servers = [await stack.enter_async_context(serving(url, folder)) for _ in range(processes)]
            for number in range(rounds):
                ids = [copied_id(first, number * waiting + place + 1) for place in range(waiting)]
                took = await _wake_all(servers[0], servers[-1], people, first, ids)
                samples.add(p50=quantile(took, 0.5), p99=quantile(took, 0.99), most=max(took))
    return samples


async def _wake_all(agents: Server, desk: Server, people: Staff, first: Request, ids: list[str]) -> list[float]:
    """All wait on one server; one person signs one after the other on the other; the milliseconds of each."""
    worker = _worker(people, first)
    connections = await _connections(agents, len(ids))
    took: list[float] = []

    async def wait(connection: Connection, id_: str) -> None:
        found = await agents.wait(connection, people, worker, id_)
        decided = datetime.fromisoformat(found["decision"]["decided_at"])
        took.append((datetime.now(UTC) - decided).total_seconds() * 1000)

    settle()
    async with asyncio.TaskGroup() as group:
        for connection, id_ in zip(connections, ids, strict=True):
            group.create_task(wait(connection, id_))
        await asyncio.sleep(SETTLE_SECONDS)  # until every poll has arrived
        person = await connect(desk.url)
        for id_ in ids:
            await desk.approve(person, people.reviewer, id_)
    for connection in (*connections, person):
        connection.close()
    return took


async def _hold(bench: Bench, kind: str, server: Server, people: Staff, first: Request, polls: int) -> None:
    worker = _worker(people, first)
    await _look_up_all(server, people, first, polls)
    before = memory_bytes(server.pid)
    connections = await _connections(server, polls)
    waiting = [
        asyncio.create_task(server.wait(connection, people, worker, copied_id(first, number + 1)))
        for number, connection in enumerate(connections)
    ]
    await asyncio.sleep(bench.options.size(8, 4))  # until every poll has arrived, and before the first is answered
    held = sum(not task.done() for task in waiting)
    each = (memory_bytes(server.pid) - before) / polls / 1000
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    for connection in connections:
        connection.close()
    section = f"waiting polls on {kind}, {polls:,} at once"
    bench.report.add(section, "memory of the server for each", "kB", [each], at_most(40), "its connection included")
    bench.report.add(section, "still waiting when measured", "", [held])


async def _look_up_all(server: Server, people: Staff, first: Request, polls: int) -> None:
    """Have every request read once: what the databases' caches hold is not what waiting costs."""
    pool = await Pool.to(server.url)
    headers = people.headers(_worker(people, first))

    async def look_up(number: int) -> None:
        connection = pool.take()
        expect(await connection.call("GET", f"{REQUESTS}/{copied_id(first, number)}", headers), 200)
        pool.give(connection)

    await run(MANY, (partial(look_up, number + 1) for number in range(polls)))
    pool.close()


def _worker(people: Staff, first: Request) -> int:
    return next(at for at, worker in enumerate(people.workers) if worker.instance_id == first.instance_id)


async def _connections(server: Server, count: int) -> list[Connection]:
    found: list[Connection] = []

    async def open_one() -> None:
        found.append(await connect(server.url))

    await run(32, (open_one for _ in range(count)))
    return found


def _report(bench: Bench, section: str, samples: Samples, goal: Goal) -> None:
    bench.report.add(section, "decision to waiting agent, p50", "ms", samples["p50"])
    bench.report.add(section, "decision to waiting agent, p99", "ms", samples["p99"], goal)
    bench.report.add(section, "decision to waiting agent, longest", "ms", samples["most"])
