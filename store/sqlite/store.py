"""The store on one SQLite file."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

from bot.errors import Unavailable
from bot.ports import Clock, Committed, Listener
from bot.recording import Needs, View
from store import schema
from store.batching import LARGEST, Entropy, Listeners
from store.calls import Job, Look, Waiting, Walk
from store.library import SqlLibrary
from store.outbox import SqlOutbox
from store.seals import SqlSeals
from store.sessions import SqlSessions
from store.shelf import SqlShelf
from store.sql import Rows, Script, Sql, Step, Value, listed, sql, step
from store.sqlite.connection import SMALL_CACHE, reader
from store.sqlite.worker import Worker
from store.sqlite.writer import Item, Writer
from store.vault import SqlVault

T = TypeVar("T")
TICK = 0.5
"""Seconds without work after which the writer looks for other processes' commits and checkpoints."""
_REVISION = sql("SELECT version_num FROM alembic_version")


class _Reader:
    """What a reading thread does."""

    def __init__(self, path: Path) -> None:
        self._connection = reader(path)

    def handle(self, looks: Sequence[Look]) -> None:
        for look in looks:
            try:
                look.answer = self._rows(look.steps)
            except (sqlite3.Error, ValueError, OverflowError) as error:
                look.error = _unreadable(error)

    def _rows(self, steps: Sequence[Step]) -> Sequence[Rows]:
        execute = self._connection.execute
        if len(steps) == 1:
            return [execute(steps[0].sql.sqlite, listed(steps[0].args)).fetchall()]
        execute("BEGIN")
        try:
            return [execute(one.sql.sqlite, listed(one.args)).fetchall() for one in steps]
        finally:
            execute("ROLLBACK")

    def finish(self) -> None:
        self._connection.close()


class _Walker:
    """What the walking thread does; its connection is there from the first walk on."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None

    def handle(self, walks: Sequence[Walk]) -> None:
        for walk in walks:
            try:
                with closing(self._rows(walk.step)) as rows:
                    walk.answer = walk.take(rows)
            except sqlite3.Error as error:
                walk.error = _unreadable(error)
            except Exception as error:  # noqa: BLE001 - not the database's, so it goes to whoever walks
                walk.error = error

    def _rows(self, wanted: Step) -> sqlite3.Cursor:
        if self._connection is None:
            self._connection = reader(self._path, SMALL_CACHE)
        return self._connection.execute(wanted.sql.sqlite, listed(wanted.args))

    def finish(self) -> None:
        if self._connection is not None:
            self._connection.close()


def _unreadable(error: Exception) -> Unavailable:
    told = Unavailable(f"the database can't be read: {error}")
    told.__cause__ = error
    return told


class SqliteDatabase:
    """Conforms to ``store.database.Database``: a writer thread, and readers for quick queries, long ones and walks."""

    kind = "sqlite"
    stride = 2048
    """So many rows make up for handing them to a thread; they are never all in memory."""

    def __init__(self, path: Path, writer: Writer) -> None:
        self._writer: Worker[Item] = Worker(
            "signoff-writer", writer.handle, most=LARGEST, idle=writer.idle, tick=TICK, finish=writer.finish
        )
        quick, slow = _Reader(path), _Reader(path)
        self._quick: Worker[Look] = Worker("signoff-reader", quick.handle, most=LARGEST, finish=quick.finish)
        self._slow: Worker[Look] = Worker("signoff-scanner", slow.handle, most=1, finish=slow.finish)
        walker = _Walker(path)
        self._walker: Worker[Walk] = Worker("signoff-walker", walker.handle, most=1, finish=walker.finish)

    async def transact(self, needs: Needs, flow: Callable[[View], T]) -> T:
        """See ``Recorder``."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._writer.put(Waiting(needs=needs, flow=flow, future=future))
        return await future

    async def perform(self, script: Callable[[], Script[T]]) -> T:
        """See ``Database``."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._writer.put(Job(script=script, future=future))
        return await future

    async def read(self, statement: Sql, *args: Value) -> Rows:
        """See ``Database``."""
        return (await self._look(self._quick, [step(statement, *args)]))[0]

    async def scan(self, statement: Sql, *args: Value) -> Rows:
        """See ``Database``."""
        return (await self._look(self._slow, [step(statement, *args)]))[0]

    async def walk(self, take: Callable[[Iterable[Any]], T], statement: Sql, *args: Value) -> T:
        """See ``Database``."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._walker.put(Walk(step=step(statement, *args), take=take, future=future))
        return await future

    async def snapshot(self, steps: Sequence[Step]) -> Sequence[Rows]:
        """See ``Database``."""
        return await self._look(self._slow, steps)

    async def _look(self, worker: Worker[Look], steps: Sequence[Step]) -> Sequence[Rows]:
        future: asyncio.Future[Sequence[Rows]] = asyncio.get_running_loop().create_future()
        worker.put(Look(steps=steps, future=future))
        return await future

    async def close(self) -> None:
        """Finish what was handed over; the writer goes last, because closing it may checkpoint."""
        await self._quick.close()
        await self._slow.close()
        await self._walker.close()
        await self._writer.close()


class SqliteStore(SqlLibrary):
    """Conforms to ``bot.ports.Store``. Made with ``SqliteStore.open``, on the event loop that will use it."""

    def __init__(self, database: SqliteDatabase, listeners: Listeners, clock: Clock, vault_key: bytes | None) -> None:
        super().__init__(database)
        self._file = database
        self._listeners = listeners
        self.outbox = SqlOutbox(database)
        self.seals = SqlSeals(database)
        self.sessions = SqlSessions(database, clock)
        self.shelf = SqlShelf(database)
        self.vault = SqlVault(database, vault_key)

    @classmethod
    async def open(
        cls, path: Path, clock: Clock, *, vault_key: bytes | None = None, entropy: Entropy = os.urandom
    ) -> SqliteStore:
        """Open a file whose schema is this program's.

        Raises:
            Unavailable: when the file can't be opened or another process keeps it locked.
        """
        loop = asyncio.get_running_loop()
        listeners = Listeners()

        def heard(what: Sequence[Committed] | None) -> None:
            loop.call_soon_threadsafe(listeners.tell, what)

        try:
            writer = await asyncio.to_thread(Writer, path, clock, entropy, heard)
            database = SqliteDatabase(path, writer)
        except sqlite3.Error as error:
            raise Unavailable(f"{path} can't be opened: {error}") from error
        return cls(database, listeners, clock, vault_key)

    async def transact(self, needs: Needs, flow: Callable[[View], T]) -> T:
        """See ``Recorder``."""
        return await self._file.transact(needs, flow)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """See ``Recorder``."""
        return self._listeners.add(listener)

    async def ready(self) -> bool:
        """See ``Store``."""
        try:
            rows: Sequence[Any] = await self._file.read(_REVISION)
        except Unavailable:
            return False
        return [tuple(row) for row in rows] == [(schema.head(),)]

    async def close(self) -> None:
        """See ``Store``."""
        await self._file.close()
