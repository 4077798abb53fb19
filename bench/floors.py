"""Floors: the least that durable work costs on each database, without anything that makes it Signoff.

One *open* writes a request row, an audit row chained by SHA-256 and an outbox row; one *decide* changes the request
row where it is pending and adds an audit row and an outbox row. With one commit each, or 64 in one commit.
"""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import Any
from uuid import uuid4

import asyncpg
import orjson

from bench.databases import SQLITE, sqlite_path
from bench.load import Load, run, run_here

BATCH = 64
CONNECTIONS = 16
"""PostgreSQL connections that 64 clients share."""

SCHEMA = {
    "requests": "id text primary key, status text not null, deadline_at bigint not null, body {blob} not null",
    "audit": "position {serial}, stream text not null, seq integer not null, payload {blob} not null, "
    "prev {blob} not null, hash {blob} not null",
    "outbox": "id text primary key, subject text not null, body {blob} not null, sent_at bigint",
}
INDEX = "create index due on requests (deadline_at) where status = 'pending'"
_TYPES = {
    True: {"blob": "blob", "serial": "integer primary key"},
    False: {"blob": "bytea", "serial": "bigserial primary key"},
}


class Way(Enum):
    """How the work is put into transactions."""

    ONE_COMMIT_EACH = "one commit each"
    ONE_COMMIT_FOR_64 = "64 in one commit"
    ONE_STATEMENT_FOR_64 = "64 in one statement"
    """PostgreSQL's bulk form, ``unnest``; SQLite has nothing to gain by it."""


@dataclass(frozen=True, slots=True)
class Item:
    """What is written for one request, made before the clock runs but for its hashes."""

    id: str
    opened: bytes
    decided: bytes
    messages: tuple[str, str]

    def link(self, payload: bytes, before: bytes) -> bytes:
        """The next hash of its chain."""
        return hashlib.sha256(before + hashlib.sha256(payload).digest()).digest()


GENESIS = bytes(32)


def items(count: int) -> list[Item]:
    """Requests of the size that real ones have."""
    made = []
    for number in range(count):
        arguments = {"reservation_id": f"R{number:06}", "amount": 84.5, "reason": "flight cancelled by the airline"}
        context = {"customer": f"c-{number}"}
        body = {"tool": "issue_refund", "arguments": arguments, "context": context, "why": "x" * 300}
        decided = orjson.dumps({"kind": "approved", "by": "dana", "digest": "0" * 64})
        made.append(Item(str(uuid4()), orjson.dumps(body), decided, (str(uuid4()), str(uuid4()))))
    return made


@dataclass(frozen=True, slots=True)
class Floor:
    """What the least work took."""

    opening: Load
    deciding: Load


# --- SQLite -----------------------------------------------------------------------------------------------------------


def sqlite_floor(url: str, count: int, *, batched: bool) -> Floor:
    """Raw sqlite3 with WAL and ``synchronous=FULL``."""
    connection = sqlite3.connect(sqlite_path(url), isolation_level=None)
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = full")
    for table, columns in SCHEMA.items():
        connection.execute(f"create table if not exists {table} ({columns.format(**_TYPES[True])})")
    connection.execute(INDEX.replace("index", "index if not exists", 1))
    made = items(count)
    size = BATCH if batched else 1
    chunks = [made[at : at + size] for at in range(0, count, size)]
    opening = run_here(partial(_sqlite_open, connection, chunk) for chunk in chunks)
    deciding = run_here(partial(_sqlite_decide, connection, chunk) for chunk in chunks)
    connection.close()
    return Floor(_each(opening, size), _each(deciding, size))


def _each(load: Load, size: int) -> Load:
    """Latencies of whole batches count for each of their operations."""
    load.latencies = [took for took in load.latencies for _ in range(size)]
    return load


def _sqlite_open(connection: sqlite3.Connection, chunk: list[Item]) -> None:
    connection.execute("begin immediate")
    for item in chunk:
        connection.execute("insert into requests values (?, 'pending', ?, ?)", (item.id, 1, item.opened))
        head = item.link(item.opened, GENESIS)
        connection.execute(
            "insert into audit (stream, seq, payload, prev, hash) values (?, 1, ?, ?, ?)",
            (item.id, item.opened, GENESIS, head),
        )
        connection.execute("insert into outbox values (?, ?, ?, null)", (item.messages[0], item.id, item.decided))
    connection.execute("commit")


def _sqlite_decide(connection: sqlite3.Connection, chunk: list[Item]) -> None:
    connection.execute("begin immediate")
    for item in chunk:
        done = connection.execute(
            "update requests set status = 'approved' where id = ? and status = 'pending'", (item.id,)
        )
        assert done.rowcount == 1
        before = item.link(item.opened, GENESIS)
        connection.execute(
            "insert into audit (stream, seq, payload, prev, hash) values (?, 2, ?, ?, ?)",
            (item.id, item.decided, before, item.link(item.decided, before)),
        )
        connection.execute("insert into outbox values (?, ?, ?, null)", (item.messages[1], item.id, item.decided))
    connection.execute("commit")


# --- PostgreSQL -------------------------------------------------------------------------------------------------------

_OPEN = """
with request as (
    insert into requests select id, 'pending', 1, body from unnest($1::text[], $2::bytea[]) as new (id, body)
), trail as (
    insert into audit (stream, seq, payload, prev, hash)
    select id, 1, body, prev, hash from unnest($1::text[], $2::bytea[], $3::bytea[], $4::bytea[])
        as new (id, body, prev, hash)
)
insert into outbox select id, subject, body, null from unnest($5::text[], $1::text[], $6::bytea[])
    as new (id, subject, body)
"""
_DECIDE = """
with request as (
    update requests set status = 'approved' where id = any ($1::text[]) and status = 'pending'
), trail as (
    insert into audit (stream, seq, payload, prev, hash)
    select id, 2, body, prev, hash from unnest($1::text[], $2::bytea[], $3::bytea[], $4::bytea[])
        as new (id, body, prev, hash)
)
insert into outbox select id, subject, body, null from unnest($5::text[], $1::text[], $2::bytea[])
    as new (id, subject, body)
"""


async def postgres_floor(url: str, count: int, clients: int, way: Way) -> Floor:
    """Raw asyncpg: one prepared statement and one round trip an operation, or one for a whole batch."""
    connections = 1 if way is not Way.ONE_COMMIT_EACH or clients == 1 else CONNECTIONS
    pool = await asyncpg.create_pool(url, min_size=connections, max_size=connections)
    for table, columns in SCHEMA.items():
        await pool.execute(f"create table if not exists {table} ({columns.format(**_TYPES[False])})")
    await pool.execute(INDEX.replace("index", "index if not exists", 1))
    made = items(count)
    size = 1 if way is Way.ONE_COMMIT_EACH else BATCH
    chunks = [made[at : at + size] for at in range(0, count, size)]
    loads = []
    for statement, columns_of in ((_OPEN, _open_columns), (_DECIDE, _decide_columns)):
        write = partial(_postgres_write, pool, statement, columns_of, way)
        loads.append(_each(await run(1 if size > 1 else clients, (partial(write, chunk) for chunk in chunks)), size))
    await pool.close()
    return Floor(*loads)


Columns = Callable[[Sequence[Item]], list[list[Any]]]


async def _postgres_write(pool: asyncpg.Pool, statement: str, columns: Columns, way: Way, chunk: list[Item]) -> None:
    if way is not Way.ONE_COMMIT_FOR_64:
        await pool.execute(statement, *columns(chunk))
        return
    async with pool.acquire() as connection, connection.transaction():
        for item in chunk:
            await connection.execute(statement, *columns((item,)))


def _open_columns(chunk: Sequence[Item]) -> list[list[Any]]:
    return [
        [item.id for item in chunk],
        [item.opened for item in chunk],
        [GENESIS] * len(chunk),
        [item.link(item.opened, GENESIS) for item in chunk],
        [item.messages[0] for item in chunk],
        [item.decided for item in chunk],
    ]


def _decide_columns(chunk: Sequence[Item]) -> list[list[Any]]:
    before = [item.link(item.opened, GENESIS) for item in chunk]
    return [
        [item.id for item in chunk],
        [item.decided for item in chunk],
        before,
        [item.link(item.decided, head) for item, head in zip(chunk, before, strict=True)],
        [item.messages[1] for item in chunk],
    ]


# --- both -------------------------------------------------------------------------------------------------------------


async def floor(kind: str, url: str, count: int, clients: int, way: Way) -> Floor:
    """The floor of one database; SQLite has one writer, so the number of clients changes nothing there."""
    if kind == SQLITE:
        return await asyncio.to_thread(sqlite_floor, url, count, batched=way is not Way.ONE_COMMIT_EACH)
    return await postgres_floor(url, count, clients, way)
