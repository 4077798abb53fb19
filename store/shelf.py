"""The shelf on an SQL database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.domain.events import micros
from store.bounds import require_shelved
from store.database import Database
from store.rows import safe, unsafe
from store.sql import Script, sql, step

_KEEP = (
    "INSERT INTO shelf (room, key, value, expires_at) VALUES ($1, $2, $3, $4) "
    "ON CONFLICT (room, key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at"
)
_PUT = sql(_KEEP)
_ADD = sql(f"{_KEEP} WHERE shelf.expires_at <= $5 RETURNING 1")
_GET = sql("SELECT value FROM shelf WHERE room = $1 AND key = $2 AND (expires_at IS NULL OR expires_at > $3)")
_TAKE = sql("DELETE FROM shelf WHERE room = $1 AND key = $2 RETURNING value, expires_at")
_DROP = sql("DELETE FROM shelf WHERE room = $1 AND key = $2")
_ENTRIES = sql("SELECT key, value FROM shelf WHERE room = $1 AND (expires_at IS NULL OR expires_at > $2) ORDER BY key")
# The outer condition is for PostgreSQL, which looks at it again where an entry was replaced meanwhile.
_CLEAR = sql(
    "DELETE FROM shelf WHERE expires_at <= $1 AND (room, key) IN "
    "(SELECT room, key FROM shelf WHERE expires_at <= $1 ORDER BY expires_at, room, key LIMIT $2) RETURNING 1"
)
_AT_ONCE = 500
"""Expired entries that one transaction deletes, so that nobody waits long for the writer."""


class SqlShelf:
    """Conforms to ``bot.ports.Shelf``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, room: str, key: str, value: bytes, *, expires_at: datetime | None = None) -> None:
        """See ``Shelf``."""
        require_shelved(room, key, value)

        def script() -> Script[None]:
            yield step(_PUT, safe(room), safe(key), value, _end(expires_at))

        await self._database.perform(script)

    async def add(
        self, room: str, key: str, value: bytes, *, expires_at: datetime | None = None, now: datetime
    ) -> bool:
        """See ``Shelf``."""
        require_shelved(room, key, value)

        def script() -> Script[bool]:
            rows = yield step(_ADD, safe(room), safe(key), value, _end(expires_at), micros(now))
            return bool(rows)

        return await self._database.perform(script)

    async def get(self, room: str, key: str, now: datetime) -> bytes | None:
        """See ``Shelf``."""
        require_shelved(room, key)
        rows = await self._database.read(_GET, safe(room), safe(key), micros(now))
        return rows[0][0] if rows else None

    async def take(self, room: str, key: str, now: datetime) -> bytes | None:
        """See ``Shelf``."""
        require_shelved(room, key)

        def script() -> Script[bytes | None]:
            for value, expires_at in (yield step(_TAKE, safe(room), safe(key))):
                return value if expires_at is None or expires_at > micros(now) else None
            return None

        return await self._database.perform(script)

    async def drop(self, room: str, key: str) -> None:
        """See ``Shelf``."""
        require_shelved(room, key)

        def script() -> Script[None]:
            yield step(_DROP, safe(room), safe(key))

        await self._database.perform(script)

    async def entries(self, room: str, now: datetime) -> Mapping[str, bytes]:
        """See ``Shelf``."""
        require_shelved(room)
        rows = await self._database.scan(_ENTRIES, safe(room), micros(now))
        return {unsafe(key): value for key, value in rows}

    async def clear_expired(self, now: datetime) -> int:
        """See ``Shelf``."""

        def script() -> Script[int]:
            return len((yield step(_CLEAR, micros(now), _AT_ONCE)))

        cleared = 0
        while found := await self._database.perform(script):
            cleared += found
        return cleared


def _end(expires_at: datetime | None) -> int | None:
    return None if expires_at is None else micros(expires_at)
