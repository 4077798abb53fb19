"""Plans: neither searching nor summing up reads a table through, with a filled one on either database."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import asyncpg

from bench.past import fill
from bench.records import questions
from bench.workload import House, house
from bot.catching_up import catch_up_pending
from bot.domain.events import micros
from bot.recording import marked, typed
from store import spans
from store.queries import hits_in_postgres, hits_in_sqlite, newest_hits, page_of_requests, waiting_hits
from store.searching import BY_INDEX, _fts, _indexed, _tsquery
from store.sql import Sql, Value, listed

FILLED = 4000
WALKED = 40
"""Fewer than a server looks through, as the table is smaller."""
FREQUENT = {"a word that half have", "an owner and a word", "an agent by name", "a person"}
"""What so many have that a page of it is among the newest: the index is not asked, and would be read in large part."""
WAIT = "INSERT INTO words_due (id) SELECT id FROM requests WHERE owner = 'refunds' LIMIT 100"
"""Some that the index does not have yet, as on any server at work."""
Asked = tuple[str, Sql, tuple[Value, ...]]


def asked(engine: House, kind: str) -> Iterator[Asked]:
    """Every statement that answers a search or a summary."""
    names = {worker.agent.id: worker.agent.name for worker in engine.workers}
    for name, query in questions(engine).items():
        said = typed(query, names)
        groups = (*said, *marked(query))
        if not all(groups):
            continue
        if not _indexed(query, groups):
            yield name, *page_of_requests(query, said, kind)
            continue
        yield name, *newest_hits(query, said, WALKED, kind)
        yield f"{name}, of what waits", *waiting_hits(query, said, kind)
        if name in FREQUENT:
            continue
        if kind == "sqlite":
            yield name, *hits_in_sqlite(query, _fts(groups), 51)
        else:
            yield name, *hits_in_postgres(query, _tsquery(groups))
    now = engine.clock.now()
    ends = [micros(now - timedelta(days=days)) for days in range(8)]
    yield "extents", spans._EXTENTS, (ends[1:], ends[:-1])
    yield "extents of an owner", spans._EXTENTS_OF, (ends[1:], ends[:-1], "refunds")
    yield "facts", spans._FACTS, (ends[1], ends[0], "", 200)
    yield "facts of an owner", spans._FACTS_OF, (ends[1], ends[0], "", 200, "refunds")


async def test_no_table_is_read_through(url: str) -> None:
    kind = "sqlite" if url.startswith("sqlite:") else "postgres"
    await fill(url, FILLED)
    async with house(url, webhooks=False) as engine:
        while await catch_up_pending(engine.store):
            pass
        assert await engine.store.catch_up() == 0
        every = list(asked(engine, kind))
    plans = await asyncio.to_thread(_in_sqlite, url, every) if kind == "sqlite" else await _in_postgres(url, every)
    assert {name for name, _ in plans} >= {"a word that half have", "a person", "amounts that none have", "extents"}
    for name, plan in plans:
        assert not read_through(plan), (name, plan)
        if name.endswith(", of what waits"):
            assert not any("Backward using ix_requests_opened" in step for step in plan), (name, plan)


def read_through(plan: list[str]) -> list[str]:
    """Steps that read a table of requests or events from its beginning to its end."""
    large = ("requests", "request_words", "events")
    return [
        step
        for step in plan
        if any(f"Seq Scan on {table}" in step for table in large)
        or (
            any(step.startswith(f"SCAN {table}") for table in large)
            and not any(
                known in step for known in ("USING INDEX ix_requests_opened", "COVERING INDEX", "VIRTUAL TABLE")
            )
        )
    ]


def _in_sqlite(url: str, every: list[Asked]) -> list[tuple[str, list[str]]]:
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        connection.execute(WAIT)
        return [
            (name, [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {one.sqlite}", listed(values))])
            for name, one, values in every
        ]


async def _in_postgres(url: str, every: list[Asked]) -> list[tuple[str, list[str]]]:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(WAIT)
        await connection.execute("VACUUM ANALYZE")
        plans = []
        for name, one, values in every:
            async with connection.transaction():
                if "words_due" in one.postgres:  # as they are asked, together
                    await connection.execute(BY_INDEX.postgres)
                plans.append((name, [row[0] for row in await connection.fetch(f"EXPLAIN {one.postgres}", *values)]))
        return plans
    finally:
        await connection.close()
