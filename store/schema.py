"""The schema's version: what a database has, what this program needs, and the way from one to the other.

The functions block, so an event loop calls them in a thread. Migrations of SQLite run under the writers' lock, those
of PostgreSQL under an advisory lock, so that any number of processes may start at once.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from bot.errors import SettingsInvalid, Unavailable
from store.address import SETTING, Address, address
from store.sqlite.lock import WriterLock

T = TypeVar("T")
LOCK = 0x5167_0FF0
"""The advisory lock of migrations on PostgreSQL."""


def head() -> str:
    """The newest revision that this program knows."""
    return _scripts().get_current_head() or "base"


def current(url: str) -> str | None:
    """The revision of a database; None when it is empty or new.

    Raises:
        Unavailable: when it can't be reached.
    """
    where = address(url)
    if where.kind == "memory":
        return head()
    if where.kind == "sqlite" and not where.file.exists():
        return None
    return _connected(where, _revision)


def is_safe(url: str) -> bool:
    """Whether ``upgrade`` may run while a program of the version before goes on: nothing pending, or only additions.

    False as well for a database that is newer than this program.
    """
    return _is_safe(current(url))


def upgrade(url: str) -> str | None:
    """Bring a database to this program's schema, making it where there is none; twice is once.

    Returns the revision that it had before.

    Raises:
        SettingsInvalid: when the database is newer than this program; it is left alone.
        Unavailable: when it can't be reached.
    """
    where = address(url)
    return head() if where.kind == "memory" else _connected(where, _upgrade)


def prepare(url: str, *, migrate: bool = True) -> None:
    """See that a database is at this program's schema; with ``migrate``, bring it there where that is safe.

    Raises:
        SettingsInvalid: when it is not, saying what helps.
        Unavailable: when it can't be reached.
    """
    found = current(url)
    _refuse_newer(found)
    if found == head():
        return
    if migrate and _is_safe(found):
        upgrade(url)
    else:
        raise _outdated(address(url), found)


def require_current(url: str) -> None:
    """See that a database is there and at this program's schema; nothing is made or changed.

    Raises:
        SettingsInvalid: when it is not, saying what helps.
        Unavailable: when it can't be reached.
    """
    prepare(url, migrate=False)


def _outdated(where: Address, found: str | None) -> SettingsInvalid:
    if where.kind == "sqlite" and not where.file.exists():
        return SettingsInvalid(
            f"there is no database at {where.file}",
            field=SETTING,
            remedy="go to the server's folder or give --database; `signoff serve` and `signoff db upgrade` make one",
        )
    return SettingsInvalid(
        f"the database is at schema {found or 'none'}, this program needs {head()}",
        field=SETTING,
        remedy="run `signoff db upgrade`",
    )


def _upgrade(connection: Connection) -> str | None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    found = _revision(connection)
    _refuse_newer(found)
    if found != head():
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return found


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _is_safe(found: str | None) -> bool:
    if not _known(found):
        return False
    pending = _scripts().iterate_revisions("head", found or "base")
    return all(getattr(script.module, "SAFE", False) for script in pending)


def _known(found: str | None) -> bool:
    return found is None or found in {script.revision for script in _scripts().walk_revisions()}


def _refuse_newer(found: str | None) -> None:
    if not _known(found):
        raise SettingsInvalid(
            f"the database is at schema {found}, newer than this program's {head()}",
            field=SETTING,
            remedy="install the newer Signoff, or go back to a copy of the database from before",
        )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


@cache
def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _connected(where: Address, work: Callable[[Connection], T]) -> T:
    try:
        return _on_sqlite(where, work) if where.kind == "sqlite" else _on_postgres(where, work)
    except (DBAPIError, OSError, sqlite3.Error) as error:
        raise _unreachable(where, error) from error


def _unreachable(where: Address, error: Exception) -> Unavailable:
    said = str(error.orig) if isinstance(error, DBAPIError) else str(error)  # without SQLAlchemy's links
    if where.kind == "sqlite":
        return Unavailable(
            f"{where.file} can't be used: {said}",
            field=SETTING,
            remedy="name a SQLite database, or a new file, in a folder that this user may write",
        )
    return Unavailable(
        f"the database can't be reached: {said}",
        field=SETTING,
        remedy="see that PostgreSQL listens there, and that user, password and the database's name are right",
    )


def _on_sqlite(where: Address, work: Callable[[Connection], T]) -> T:
    where.file.parent.mkdir(parents=True, exist_ok=True)
    where.file.touch(mode=0o600)  # it will hold personal data
    engine = create_engine(f"sqlite:///{where.file}", poolclass=NullPool)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    lock = WriterLock(where.file)
    try:
        with lock.held():
            try:
                with engine.begin() as connection:
                    return work(connection)
            finally:
                engine.dispose()
    finally:
        lock.close()


def _prepare_sqlite(connection: Any, _: object) -> None:  # noqa: ANN401 - the driver's connection, as SQLAlchemy gives it
    connection.isolation_level = None  # transactions are begun where we say, so that DDL is part of them
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "wal_autocheckpoint=0", "busy_timeout=30000"):
        connection.execute(f"PRAGMA {pragma}")


def _on_postgres(where: Address, work: Callable[[Connection], T]) -> T:
    async def connected() -> T:
        engine = create_async_engine("postgresql+asyncpg" + where.url.removeprefix("postgresql"), poolclass=NullPool)
        try:
            async with engine.begin() as connection:
                return await connection.run_sync(work)
        finally:
            await engine.dispose()

    with ThreadPoolExecutor(1) as thread:  # a loop of its own, whether or not the caller has one
        return thread.submit(asyncio.run, connected()).result()
