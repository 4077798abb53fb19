"""Connections to the server: made when needed, made again after it was away, with no hammering in between."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import asyncpg

from bot.errors import Unavailable

if TYPE_CHECKING:
    Connection = asyncpg.Connection[Any]
else:
    Connection = asyncpg.Connection  # generic in its stubs alone
LOST = (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, ConnectionError, OSError, TimeoutError, EOFError)
"""What a lost connection raises, whatever was under way."""
GOING = (
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.InternalClientError,  # the driver's word when that was said while nothing was asked
)
"""What the server says when it stops or starts, or lets go of a connection that does nothing with its locks."""
IDLE_IN_TRANSACTION_MS = 1000
"""How long a process may leave a transaction alone. One that was stopped in the middle of a batch would otherwise keep
its locks for as long, and every other process that wants one of them waits."""
PATIENCE = 10.0
"""Seconds for a connection to be made."""
_FIRST, _LONGEST = 0.05, 2.0
# Batches name their rows by key; without statistics the planner would rather read whole tables.
_WRITER = {
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "plan_cache_mode": "force_generic_plan",
    "synchronous_commit": "on",
    "idle_in_transaction_session_timeout": str(IDLE_IN_TRANSACTION_MS),
    "jit": "off",
    "application_name": "signoff-writer",
}


def unavailable(error: BaseException) -> Unavailable:
    """The error that callers hear of a database that failed."""
    words = str(error).partition("\n")[0]  # what follows, PostgreSQL's DETAIL, holds values of rows
    told = Unavailable(f"the database failed: {words or type(error).__name__}", remedy="try again")
    told.__cause__ = error
    return told


def lost(error: BaseException) -> bool:
    """Whether the connection went, rather than what was asked being wrong (which the driver calls the same)."""
    return isinstance(error, (*LOST, *GOING)) and not isinstance(error, ValueError)


class Line:
    """One connection that is opened when it is needed; used by one task at a time."""

    def __init__(self, url: str, settings: dict[str, str] | None = None) -> None:
        self._url = url
        self._settings = _WRITER if settings is None else settings
        self._connection: Connection | None = None
        self._pause = 0.0
        self._not_before = 0.0

    async def get(self) -> Connection:
        """The connection.

        Raises:
            Unavailable: at once while it is too early to try again, or when the server can't be reached.
        """
        if self._connection is not None and not self._connection.is_closed():
            return self._connection
        now = asyncio.get_running_loop().time()
        if now < self._not_before:
            raise Unavailable("the database can't be reached", remedy="try again in a moment")
        try:
            self._connection = await asyncpg.connect(self._url, timeout=PATIENCE, server_settings=self._settings)
        except (*LOST, asyncpg.PostgresError) as error:
            self._pause = min(max(self._pause * 2, _FIRST), _LONGEST)
            self._not_before = asyncio.get_running_loop().time() + self._pause
            raise unavailable(error) from error
        self._pause = 0.0
        return self._connection

    async def wait(self) -> Connection:
        """The connection, however long that takes."""
        while True:
            try:
                return await self.get()
            except Unavailable:
                await asyncio.sleep(max(_FIRST, self._not_before - asyncio.get_running_loop().time()))

    def drop(self) -> None:
        """Have a new one next time: this one's state is unknown."""
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None

    async def close(self) -> None:
        """Say good-bye."""
        if self._connection is not None and not self._connection.is_closed():
            try:
                await self._connection.close(timeout=2)
            except (*LOST, asyncpg.PostgresError):
                self._connection.terminate()
        self._connection = None


async def roll_back(connection: Connection) -> None:
    """End the transaction, if one is open."""
    if connection.is_in_transaction():
        await connection.execute("ROLLBACK")
