"""Preloading: a database that holds a hundred thousand pending requests, or more old ones, without waiting for them.

The engine writes one request of each kind; SQL copies its rows under new ids, customers and sessions, with everything
that belongs to them: events, keys, deadlines and tallies. The copies are as large as real ones; only their hashes are
those of the first, so that such a database is good for measuring speed and not for verifying.
"""

from __future__ import annotations

import asyncio
import sqlite3
from dataclasses import dataclass

import asyncpg

from bench.databases import sqlite_path
from bench.workload import house
from bot.domain.requests import OutcomeStatus, Request

NUMBER = 7_654_321
"""Of the request that is copied: no other text in its rows is like it."""
STEP_US = 50_000
"""Between the deadlines of two copies, in microseconds."""


@dataclass(frozen=True, slots=True)
class Copied:
    """A table: its columns, what a copy has in them, and which rows belong to the request that is copied."""

    columns: str
    values: str
    which: str


REQUESTS = Copied(
    "id, state, search, customer, deadline_at, version, head, at, agent_id, instance_id, status, owner, action_type, "
    "opened_at, decided_at, decided_by, waits_under",
    "{id}, {state}, replace(search, '{old}', {id}), customer || '-' || n, deadline_at + n * {step}, version, head, at, "
    "agent_id, instance_id, status, owner, action_type, opened_at, decided_at, decided_by, waits_under",
    "id = '{old}'",
)
EVENTS = Copied(
    "stream, seq, type, at, actor, surface, payload, salt, digest, prev, hash",
    "'request:' || {id}, seq, type, at, actor, surface, payload, salt, digest, prev, hash",
    "stream = 'request:{old}'",
)
KEYS = Copied(
    "scope, key, submission, subject, at", "scope, key || '-' || n, submission, {id}, at", "subject = '{old}'"
)
DEADLINES = Copied("request_id, kind, due_at", "{id}, kind, due_at + n * {step}", "request_id = '{old}'")
TALLIES = Copied(
    "key, count, total, recent",
    "replace(key, '{number}', '{number}-' || n), count, total, recent",
    "key LIKE '%{number}%'",
)
TABLES = {
    "requests": REQUESTS,
    "events": EVENTS,
    "idempotency_keys": KEYS,
    "deadlines": DEADLINES,
    "tallies": TALLIES,
}

_SQLITE = {
    "series": "WITH RECURSIVE series (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < {count}) ",
    "suffix": "printf('%012x', n)",
    "state": "CAST(replace(CAST(state AS TEXT), '{old}', {id}) AS BLOB)",
}
_POSTGRES = {
    "series": "WITH series AS (SELECT n FROM generate_series(1::bigint, {count}) AS n) ",
    "suffix": "lpad(to_hex(n), 12, '0')",
    "state": "convert_to(replace(convert_from(state, 'UTF8'), '{old}', {id}), 'UTF8')",
}


async def preload(url: str, *, pending: int = 0, decided: int = 0) -> Request | None:
    """Fill a database with so many requests that wait, and so many that were approved, run and reported.

    Returns the first of those that wait; ``copied_id`` names the others.
    """
    first: Request | None = None
    for count, done in ((decided, True), (pending, False)):
        if count:
            number = NUMBER + done
            first = await _first(url, number, done=done)
            await _run(url, _statements(url, first.id, number, count - 1) if count > 1 else [])
    return first if pending else None


def copied_id(first: Request, number: int) -> str:
    """The id of a copy, counted from 1."""
    return f"{first.id[:24]}{number:012x}"


async def _first(url: str, number: int, *, done: bool) -> Request:
    async with house(url, webhooks=False) as engine:
        request = await engine.open(number)
        if done:
            await engine.decide(request)
            await engine.redeem(request)
            await engine.report(request, OutcomeStatus.SUCCEEDED)
        return request


def _statements(url: str, old: str, number: int, count: int) -> list[str]:
    """For each table: its rows of the first request set apart, then copied so many times."""
    words = _SQLITE if url.startswith("sqlite:") else _POSTGRES
    names = {"old": old, "number": str(number), "step": str(STEP_US), "count": str(count)}
    names["id"] = f"substr('{old}', 1, 24) || {words['suffix']}"
    names["state"] = words["state"].format(**names)
    series = words["series"].format(**names)
    made = []
    for table, copied in TABLES.items():
        which, values = copied.which.format(**names), copied.values.format(**names)
        made += [
            f"CREATE TEMPORARY TABLE first_{table} AS SELECT * FROM {table} WHERE {which}",  # noqa: S608 - our own text
            f"INSERT INTO {table} ({copied.columns}) {series}SELECT {values} FROM series CROSS JOIN first_{table}",  # noqa: S608 - our own text
            f"DROP TABLE first_{table}",
        ]
    return made


async def _run(url: str, statements: list[str]) -> None:
    if url.startswith("sqlite:"):
        await asyncio.to_thread(_run_sqlite, url, statements)
        return
    connection = await asyncpg.connect(url)
    for statement in statements:
        await connection.execute(statement)
    await connection.execute("VACUUM ANALYZE")
    await connection.execute("CHECKPOINT")
    await connection.close()


def _run_sqlite(url: str, statements: list[str]) -> None:
    connection = sqlite3.connect(sqlite_path(url), isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA cache_size = -262144")
    connection.execute("BEGIN")
    for statement in statements:
        connection.execute(statement)
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
