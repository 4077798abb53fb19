"""Vacuuming: what was deleted or written over leaves the files of the database too. The functions block.

SQLite: the file is written anew and the write-ahead log is emptied. PostgreSQL: ``VACUUM`` frees what is dead for new
rows; only ``full`` writes every table anew, so that nothing dead is left in its files.
"""

from __future__ import annotations

import asyncio
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import asyncpg

from bot.errors import Unavailable
from store.address import Address, address
from store.indexing import catching_up
from store.postgres.connecting import Connection
from store.postgres.store import run_on
from store.schema import require_current
from store.sqlite.connection import writer
from store.sqlite.lock import WriterLock
from store.sqlite.writer import run_script
from store.tables import Row

AT_ONCE = 500
"""Requests whose words are taken into the index in one transaction."""


@dataclass(frozen=True, slots=True)
class Vacuumed:
    """Bytes before and after; ``complete`` where nothing that was deleted is left in the database's own files."""

    before: int
    after: int
    complete: bool


def vacuum(url: str, *, full: bool = False) -> Vacuumed:
    """Clear out a database while servers may go on; on SQLite, and with ``full`` on PostgreSQL, writers wait meanwhile.

    Raises:
        SettingsInvalid: when there is no such database, or its schema is another version's.
        Unavailable: when it can't be reached, or is in use for too long.
    """
    where = address(url)
    if where.kind == "memory":
        return Vacuumed(0, 0, complete=True)
    require_current(url)
    if where.kind == "sqlite":
        return _sqlite(where)
    with ThreadPoolExecutor(1) as thread:  # a loop of its own, whether or not the caller has one
        return thread.submit(asyncio.run, _postgres(where, full=full)).result()


def _sqlite(where: Address) -> Vacuumed:
    lock = WriterLock(where.file)
    log = where.file.with_name(where.file.name + "-wal")

    def size() -> int:
        return where.file.stat().st_size + (log.stat().st_size if log.exists() else 0)

    try:
        with lock.held():
            before = size()
            connection = writer(where.file)
            try:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
                _merge_words(connection)
                connection.execute("VACUUM")
                ((busy, *_),) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            finally:
                connection.close()
            return Vacuumed(before, size(), complete=not busy)
    except (OSError, sqlite3.Error) as error:
        raise Unavailable(
            f"{where.file} can't be vacuumed: {error}",
            remedy="see that the disk has room for it once more, and try again",
        ) from error
    finally:
        lock.close()


def _merge_words(connection: sqlite3.Connection) -> None:
    """Take what waits into the index of words; words of what went stay in it until all of it is merged."""
    taken = AT_ONCE
    while taken == AT_ONCE:
        connection.execute("BEGIN IMMEDIATE")
        taken = run_script(connection, catching_up("sqlite", AT_ONCE))
        connection.execute("COMMIT")
    connection.execute("INSERT INTO request_words (request_words) VALUES ('optimize')")


async def _take_words(connection: Connection) -> None:
    taken = AT_ONCE
    while taken == AT_ONCE:
        async with connection.transaction():
            taken = await run_on(connection, catching_up("postgres", AT_ONCE))


async def _postgres(where: Address, *, full: bool) -> Vacuumed:
    tables = sorted([*Row.metadata.tables, "request_words"])
    try:
        connection = await asyncpg.connect(where.url)
        try:
            before = await connection.fetchval("SELECT pg_database_size(current_database())")
            await _take_words(connection)
            for table in tables:
                await connection.execute(f"VACUUM {'(FULL, ANALYZE)' if full else '(ANALYZE)'} {table}")
            after = await connection.fetchval("SELECT pg_database_size(current_database())")
        finally:
            await connection.close()
    except (OSError, asyncpg.PostgresError) as error:
        raise Unavailable(
            f"the database can't be vacuumed: {error}",
            remedy="vacuum as the owner of its tables, with room on the disk",
        ) from error
    return Vacuumed(before, after, complete=full)
