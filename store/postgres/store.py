"""The store on PostgreSQL."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

import asyncpg

from bot.errors import SignoffError, Unavailable
from bot.ports import Clock, Listener
from bot.recording import Needs, View
from store import schema
from store.batching import LARGEST, Entropy, Listeners
from store.calls import Job, Waiting
from store.library import SqlLibrary
from store.outbox import SqlOutbox
from store.postgres.connecting import LOST, PATIENCE, Connection, Line, lost, unavailable
from store.postgres.gathering import Gathering
from store.postgres.listening import Hearing, listen
from store.postgres.loading import Remembered
from store.postgres.restoring import renumber_after_restore
from store.postgres.writer import Writer
from store.seals import SqlSeals
from store.sessions import SqlSessions
from store.shelf import SqlShelf
from store.sql import Rows, Script, Sql, Step, Value, sql
from store.vault import SqlVault

T = TypeVar("T")
WRITERS = 2
READERS = 6
_REVISION = sql("SELECT version_num FROM alembic_version")
_READER = {"default_transaction_read_only": "on", "jit": "off", "application_name": "signoff-reader"}
_LISTENER = {"application_name": "signoff-listener"}


async def _nothing_to_reset(_: object) -> None:
    """A reader leaves nothing behind; the driver's own reset would be a second round trip for each query."""


class _Clerk:
    """Runs scripts, those that wait together in one transaction."""

    def __init__(self, line: Line) -> None:
        self._line = line

    async def handle(self, jobs: Sequence[Job]) -> None:
        try:
            connection = await self._line.get()
            try:
                await connection.execute("BEGIN")
                for job in jobs:
                    job.answer = await run_on(connection, job.script())
                await connection.execute("COMMIT")
            except BaseException:
                self._line.drop()
                raise
        except Unavailable as error:
            for job in jobs:
                job.error = error
        except Exception as error:  # noqa: BLE001 - whichever job it was, the others shall not suffer
            await self._one_by_one(jobs, error)

    async def _one_by_one(self, jobs: Sequence[Job], error: Exception) -> None:
        if len(jobs) > 1 and not lost(error):
            for job in jobs:
                await self.handle([job])
            return
        for job in jobs:
            job.error = error if isinstance(error, SignoffError) else unavailable(error)


async def run_on(connection: Connection, script: Script[Any]) -> Any:  # noqa: ANN401 - the script's answer
    """Run a script on a connection whose transaction is open; returns its answer."""
    try:
        wanted = next(script)
        while True:
            rows: Rows = ()
            if wanted.each is None:
                rows = await connection.fetch(wanted.sql.postgres, *wanted.args)
            else:
                await connection.executemany(wanted.sql.postgres, wanted.each)
            wanted = script.send(rows)
    except StopIteration as done:
        return done.value


class PostgresDatabase:
    """Conforms to ``store.database.Database``: writers, a clerk for scripts, a listener and a pool of readers."""

    kind = "postgres"
    stride = 256
    """Few enough rows to stay in a core's cache from when they came until they were gone through."""

    def __init__(self, url: str, pool: asyncpg.Pool[Any], clock: Clock, entropy: Entropy, listeners: Listeners) -> None:
        self._pool = pool
        hearing = Hearing(os.urandom(8).hex(), listeners)
        self._lines = [Line(url) for _ in range(WRITERS + 1)]
        remembered = Remembered()
        writers = [Writer(line, clock, entropy, hearing, remembered).handle for line in self._lines[1:]]
        self._writers: Gathering[Waiting] = Gathering("signoff-writer", writers, most=LARGEST)
        self._clerk: Gathering[Job] = Gathering("signoff-clerk", [_Clerk(self._lines[0]).handle], most=LARGEST)
        self._lines.append(Line(url, _LISTENER))
        self._listener = asyncio.create_task(listen(self._lines[-1], hearing), name="signoff-listener")

    async def transact(self, needs: Needs, flow: Callable[[View], T]) -> T:
        """See ``Recorder``."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._writers.put(Waiting(needs=needs, flow=flow, future=future))
        return await future

    async def perform(self, script: Callable[[], Script[T]]) -> T:
        """See ``Database``."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._clerk.put(Job(script=script, future=future))
        return await future

    async def read(self, statement: Sql, *args: Value) -> Rows:
        """See ``Database``."""
        async with self._reading() as connection:
            return [tuple(row) for row in await connection.fetch(statement.postgres, *args)]

    async def scan(self, statement: Sql, *args: Value) -> Rows:
        """See ``Database``."""
        return await self.read(statement, *args)

    async def walk(self, take: Callable[[Iterable[Any]], T], statement: Sql, *args: Value) -> T:
        """See ``Database``."""
        async with self._reading() as connection:
            rows = await connection.fetch(statement.postgres, *args)
        return take(rows)

    async def snapshot(self, steps: Sequence[Step]) -> Sequence[Rows]:
        """See ``Database``."""
        async with self._reading() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
            return [[tuple(row) for row in await connection.fetch(one.sql.postgres, *one.args)] for one in steps]

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[Connection]:
        try:
            async with self._pool.acquire(timeout=PATIENCE) as connection:
                yield connection  # type: ignore[misc]  # the pool's proxy is a connection in all but name
        except (*LOST, asyncpg.PostgresError) as error:
            raise unavailable(error) from error

    async def close(self) -> None:
        """Finish what was handed over and let go of every connection; twice is once."""
        await self._writers.close()
        await self._clerk.close()
        self._listener.cancel()
        with suppress(asyncio.CancelledError):
            await self._listener
        for line in self._lines:
            await line.close()
        with suppress(*LOST, asyncpg.PostgresError):
            await asyncio.wait_for(self._pool.close(), PATIENCE)


async def _restored(url: str) -> None:
    line = Line(url)
    try:
        await renumber_after_restore(line)
    finally:
        await line.close()


class PostgresStore(SqlLibrary):
    """Conforms to ``bot.ports.Store``. Made with ``PostgresStore.open``, on the event loop that will use it."""

    def __init__(self, database: PostgresDatabase, listeners: Listeners, clock: Clock, vault_key: bytes | None) -> None:
        super().__init__(database)
        self._server = database
        self._listeners = listeners
        self.outbox = SqlOutbox(database)
        self.seals = SqlSeals(database)
        self.sessions = SqlSessions(database, clock)
        self.shelf = SqlShelf(database)
        self.vault = SqlVault(database, vault_key)

    @classmethod
    async def open(
        cls, url: str, clock: Clock, *, vault_key: bytes | None = None, entropy: Entropy = os.urandom
    ) -> PostgresStore:
        """Open a database whose schema is this program's.

        Raises:
            Unavailable: when it can't be reached.
        """
        try:
            await _restored(url)
            pool = await asyncpg.create_pool(
                url, min_size=1, max_size=READERS, timeout=PATIENCE, server_settings=_READER, reset=_nothing_to_reset
            )
        except (*LOST, asyncpg.PostgresError) as error:
            raise unavailable(error) from error
        listeners = Listeners()
        return cls(PostgresDatabase(url, pool, clock, entropy, listeners), listeners, clock, vault_key)

    async def transact(self, needs: Needs, flow: Callable[[View], T]) -> T:
        """See ``Recorder``."""
        return await self._server.transact(needs, flow)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """See ``Recorder``."""
        return self._listeners.add(listener)

    async def ready(self) -> bool:
        """See ``Store``."""
        try:
            rows = await self._server.read(_REVISION)
        except Unavailable:
            return False
        return list(rows) == [(schema.head(),)]

    async def close(self) -> None:
        """See ``Store``."""
        await self._server.close()
