"""Records: searching and summing up with a year's requests on record, and what keeping them found costs who writes."""

from __future__ import annotations

import asyncio
import itertools
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack
from datetime import timedelta
from decimal import Decimal

import asyncpg
from msgspec.structs import replace

from bench.databases import SQLITE, sqlite_path
from bench.engine import MANY, lifecycle
from bench.figures import at_least, at_most, quantile, ratios
from bench.frame import Bench, Samples, settle
from bench.past import PEOPLE
from bench.pasts import Filled, filled, size
from bench.workload import House, house
from bot.answering import Answering
from bot.ports import RequestQuery

GOAL = at_most(300)
"""Milliseconds of which 95 of 100 searches or summaries take no more."""
TRIGGERS = ("tr_requests_opened", "tr_requests_reworded")


async def measure(bench: Bench) -> None:
    """A year on each database, one after the other; then what the index costs those who write."""
    for kind in bench.options.databases:
        async with filled(bench, kind, bench.options.stored) as past:
            await _year(bench, kind, past)
        await _cost(bench, kind)


async def _year(bench: Bench, kind: str, past: Filled) -> None:
    section = f"{past.requests:,} requests, {past.events:,} events on {kind}"
    if past.filling:
        bench.report.add(section, "filling", "events/s", [past.events / past.filling])
        bench.report.add(section, "taking them into the index of words", "requests/s", [past.requests / past.indexing])
    bench.report.add(section, "size", "MB", [await size(past.url) / 1e6])
    async with house(past.url, webhooks=False) as engine:
        settle()
        await _searches(bench, section, engine)
        await _summaries(bench, section, engine)


def questions(engine: House) -> dict[str, RequestQuery]:
    """What people look for, by how often it is there."""
    now = engine.clock.now()
    week = RequestQuery(opened_from=now - timedelta(days=107), opened_before=now - timedelta(days=100))
    agent = engine.workers[3].agent.id
    return {
        "the newest": RequestQuery(),
        "a word that half have": RequestQuery(text="cancelled"),
        "a word that 1 % have": RequestQuery(text="wheelchair"),
        "the beginning of a word": RequestQuery(text="wheel"),
        "a word that none have": RequestQuery(text="unicorn"),
        "two words that none have both": RequestQuery(text="cancelled delayed"),
        "two words that few have both": RequestQuery(text="khan wheelchair"),
        "a first and a last name": RequestQuery(text="ines lopez"),
        "a customer's beginning": RequestQuery(text="c-12345"),
        "a customer": RequestQuery(customer="c-1234"),
        "a reservation": RequestQuery(text="R0004321"),
        "a person": RequestQuery(person=PEOPLE[5]),
        "a person and a word": RequestQuery(person=PEOPLE[5], text="wheelchair"),
        "an owner and a word": RequestQuery(owners=("payments",), text="cancelled"),
        "an agent by name": RequestQuery(text="bench-3"),
        "an agent and a word": RequestQuery(agent_id=agent, text="wheelchair"),
        "a narrow range of amounts": RequestQuery(amount_from=Decimal("123.45"), amount_to=Decimal("123.50")),
        "amounts that none have": RequestQuery(amount_from=Decimal(100_000)),
        "large amounts and a word": RequestQuery(amount_from=Decimal(390), text="wheelchair"),
        "a status": RequestQuery(statuses=("rejected",)),
        "a status that none have": RequestQuery(statuses=("cancelled",)),
        "a status and a word": RequestQuery(statuses=("rejected",), text="wheelchair"),
        "a week long ago": week,
        "a week long ago and a word": replace(week, text="wheelchair"),
        "what was decided in an hour": RequestQuery(
            decided_from=now - timedelta(days=90, hours=1), decided_before=now - timedelta(days=90)
        ),
        "only signs": RequestQuery(text="?! %"),
    }


async def _searches(bench: Bench, section: str, engine: House) -> None:
    took: dict[str, list[float]] = {}
    for _ in range(bench.options.size(20, 8)):
        for name, query in questions(engine).items():
            took.setdefault(name, []).append(await _timed(lambda query=query: engine.store.requests(query)))  # type: ignore[misc]  # mypy has no types for defaults of lambdas
    every = [one for some in took.values() for one in some]
    bench.report.add(section, "search, p50", "ms", [quantile(every, 0.5)])
    bench.report.add(
        section, "search, p95", "ms", [quantile(every, 0.95)], GOAL, note=f"{len(took)} kinds of questions"
    )
    bench.report.add(section, "search, p99", "ms", [quantile(every, 0.99)])
    for name, some in took.items():
        bench.report.add(section, f"search: {name}", "ms", some)
    far = replace(RequestQuery(text="cancelled"), after=f"{int((time.time() - 200 * 86400) * 1e6)}:")
    bench.report.add(
        section, "search: a page far back", "ms", [await _timed(lambda: engine.store.requests(far)) for _ in range(8)]
    )


async def _summaries(bench: Bench, section: str, engine: House) -> None:
    for period in ("week", "month"):
        first = await _timed(lambda period=period: _asker(engine).summary(None, period))  # type: ignore[misc]  # as above
        bench.report.add(section, f"summary of a {period}, the first ever", "ms", [first])
    fresh = [await _timed(lambda: _asker(engine).summary(None, "month")) for _ in range(3)]
    bench.report.add(section, "summary of a month, the first of a process", "ms", fresh)
    asker, numbers = _asker(engine), itertools.count(time.time_ns())  # a past that is kept has those of earlier runs
    every: list[float] = []
    for period, owner in (("week", None), ("week", "refunds"), ("month", None), ("month", "refunds")):
        took: list[float] = []
        await asker.summary(owner, period)
        for _ in range(bench.options.size(20, 8)):
            await _go_on(engine, numbers)
            took.append(await _timed(lambda owner=owner, period=period: asker.summary(owner, period)))  # type: ignore[misc]  # as above
        every += took
        whose = "everybody" if owner is None else "one owner"
        name = f"summary of a {period}, {whose}, while requests come in"
        bench.report.add(section, f"{name}, p50", "ms", [quantile(took, 0.5)])
        bench.report.add(section, f"{name}, p95", "ms", [quantile(took, 0.95)], GOAL)
    bench.report.add(section, "summary, p95", "ms", [quantile(every, 0.95)], GOAL)
    bench.report.add(section, "summary, p99", "ms", [quantile(every, 0.99)])


def _asker(engine: House) -> Answering:
    return Answering(engine.store, engine.clock, lambda: engine.policy)


async def _go_on(engine: House, numbers: Iterator[int]) -> None:
    """A few more requests, one of them decided."""
    requests = [await engine.open(next(numbers)) for _ in range(3)]
    await engine.decide(requests[0])


async def _timed(ask: Callable[[], Awaitable[object]]) -> float:
    begun = time.perf_counter()
    await ask()
    return (time.perf_counter() - begun) * 1000


async def _cost(bench: Bench, kind: str) -> None:
    """The engine with what searching needs and without, round by round; the index itself is made behind it."""
    samples = Samples()
    count = bench.options.size(3200, 960)
    async with AsyncExitStack() as houses:
        with ExitStack() as places:
            engines: dict[str, House] = {}
            for name in ("with", "without"):
                url = places.enter_context(bench.databases.fresh(kind))
                engines[name] = await houses.enter_async_context(house(url))
                if name == "without":
                    await _strip(kind, url)
            numbers: Iterator[int] = iter(range(10**9))
            for engine in engines.values():
                await lifecycle(engine, MANY, 256, numbers)
            for round_ in bench.rounds:
                order = list(engines.items())
                for name, engine in order if round_ % 2 else reversed(order):
                    loads = await lifecycle(engine, MANY, count, numbers)
                    rates = dict(zip(("open", "decide", "redeem"), loads, strict=True))
                    samples.add(**{f"{what}_{name}": load.rate for what, load in rates.items()})
            await houses.aclose()
    for what in ("open", "decide", "redeem"):
        mine, bare = samples[f"{what}_with"], samples[f"{what}_without"]
        section = f"what searching costs who writes, {kind}"
        bench.report.add(section, f"{what}", "/s", mine)
        bench.report.add(section, f"{what}, nothing kept for searching", "/s", bare)
        bench.report.add(section, f"{what} ÷ that", "x", ratios(mine, bare), at_least(0.9))


async def _strip(kind: str, url: str) -> None:
    """Take away what notes down that a request is to be indexed, and the wider index by time."""
    statements = ["DROP INDEX ix_requests_opened", "CREATE INDEX ix_requests_opened ON requests (opened_at, id)"]
    if kind == SQLITE:
        statements += [f"DROP TRIGGER {name}" for name in TRIGGERS]
        await asyncio.to_thread(_run_sqlite, url, statements)
        return
    connection = await asyncpg.connect(url)
    for statement in (*statements, *(f"DROP TRIGGER {name} ON requests" for name in TRIGGERS)):
        await connection.execute(statement)
    await connection.close()


def _run_sqlite(url: str, statements: list[str]) -> None:
    connection = sqlite3.connect(sqlite_path(url), isolation_level=None)
    for statement in statements:
        connection.execute(statement)
    connection.close()
