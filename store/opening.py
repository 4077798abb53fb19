"""Opening a store from the setting ``SIGNOFF_DATABASE``."""

from __future__ import annotations

import asyncio

from bot.ports import Clock, Store
from store import schema
from store.address import address
from store.memory import MemoryStore
from store.postgres.store import PostgresStore
from store.sqlite.store import SqliteStore


async def open_store(url: str, clock: Clock, *, vault_key: bytes | None, migrate: bool = True) -> Store:
    """The store at ``url``; call it on the event loop that will use it, and ``close`` it in the end.

    With ``migrate`` a new database is made, and an older one is brought up to date where that disturbs no other
    process. ``vault_key`` (32 bytes) seals the secrets; without it none can be kept or read.

    Raises:
        SettingsInvalid: when the setting can't be used, or the schema is newer or needs an upgrade by hand.
        Unavailable: when the database can't be reached.
    """
    where = address(url)
    if where.kind == "memory":
        return MemoryStore(clock)
    await asyncio.to_thread(schema.prepare, url, migrate=migrate)
    if where.kind == "sqlite":
        return await SqliteStore.open(where.file, clock, vault_key=vault_key)
    return await PostgresStore.open(where.url, clock, vault_key=vault_key)
