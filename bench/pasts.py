"""Databases with a past to measure on: a fresh one that goes afterwards, or one that is kept from run to run.

``python -m bench.pasts URL --stored N`` fills a database that is there and empty, takes it into the index of words, and
says how fast that went; ``python -m bench --past URL`` then measures on it: filling a million takes longer than that.
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

from bench.databases import POSTGRES, SQLITE, sqlite_path
from bench.frame import Bench
from bench.past import fill
from bench.workload import house
from bot.catching_up import catch_up_pending


@dataclass(frozen=True, slots=True)
class Filled:
    """A database with a past, its words indexed."""

    url: str
    requests: int
    events: int
    filling: float = 0
    """Seconds that it took; 0 where it was filled earlier."""
    indexing: float = 0
    """Seconds that it took; 0 where it was filled earlier."""


def kind_of(url: str) -> str:
    """The kind of database behind an address."""
    return SQLITE if url.startswith("sqlite:") else POSTGRES


@asynccontextmanager
async def filled(bench: Bench, kind: str, stored: int) -> AsyncIterator[Filled]:
    """The database kept for this, or a fresh one with so many requests."""
    if bench.options.past:
        url = bench.options.past
        requests, events = [await _ask(url, f"SELECT count(*) {of}") for of in ("FROM requests", "FROM events")]
        yield Filled(url, requests, events)
        return
    with bench.databases.fresh(kind) as url:
        yield await make(url, stored)


async def make(url: str, stored: int) -> Filled:
    """Fill an empty database and have its words indexed, as a server does in the background."""
    begun = time.perf_counter()
    events = await fill(url, stored)
    filling = time.perf_counter() - begun
    async with house(url, webhooks=False) as engine:
        while await catch_up_pending(engine.store):
            pass
    indexing = time.perf_counter() - begun - filling
    if kind_of(url) != SQLITE:  # as autovacuum would have, had it had a year
        connection = await asyncpg.connect(url)
        await connection.execute("VACUUM ANALYZE")
        await connection.close()
    return Filled(url, stored, events, filling, indexing)


async def size(url: str) -> int:
    """The bytes that a database takes."""
    if kind_of(url) == SQLITE:
        return sqlite_path(url).stat().st_size
    return await _ask(url, "SELECT pg_database_size(current_database())")


async def _ask(url: str, statement: str) -> int:
    if kind_of(url) == SQLITE:
        return await asyncio.to_thread(_ask_sqlite, url, statement)
    connection = await asyncpg.connect(url)
    found: int = await connection.fetchval(statement)
    await connection.close()
    return found


def _ask_sqlite(url: str, statement: str) -> int:
    connection = sqlite3.connect(sqlite_path(url))
    found: int = connection.execute(statement).fetchone()[0]
    connection.close()
    return found


def main() -> None:
    """Fill what the command line names."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.pasts", description="Fill a database with a year's requests."
    )
    parser.add_argument("url", help="sqlite:///PATH or postgresql://…, empty")
    parser.add_argument("--stored", type=int, required=True, help="how many requests")
    given = parser.parse_args()
    made = asyncio.run(make(given.url, given.stored))
    print(f"{made.requests:,} requests, {made.events:,} events; {asyncio.run(size(given.url)) / 1e6:,.0f} MB")
    print(f"filled in {made.filling:,.0f} s, {made.events / made.filling:,.0f} events/s")
    print(f"words indexed in {made.indexing:,.0f} s, {made.requests / made.indexing:,.0f} requests/s")


if __name__ == "__main__":
    main()
