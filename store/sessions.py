"""One-time links and web sessions on an SQL database. What has expired goes whenever something new comes."""

from __future__ import annotations

from datetime import datetime

from bot.domain.events import micros, moment
from bot.ports import Clock, Session
from store.database import Database
from store.sql import Script, sql, step

_ADD_LINK = sql("INSERT INTO links (hash, email, expires_at) VALUES ($1, $2, $3)")
_PEEK_LINK = sql("SELECT email FROM links WHERE hash = $1 AND expires_at > $2")
_USE_LINK = sql("DELETE FROM links WHERE hash = $1 RETURNING email, expires_at")
_OLD_LINKS = sql("DELETE FROM links WHERE expires_at <= $1")
_ADD = sql("INSERT INTO sessions (id, email, csrf, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)")
_SESSION = sql("SELECT id, email, csrf, created_at, expires_at FROM sessions WHERE id = $1 AND expires_at > $2")
_END = sql("DELETE FROM sessions WHERE id = $1")
_OLD = sql("DELETE FROM sessions WHERE expires_at <= $1")


class SqlSessions:
    """Conforms to ``bot.ports.Sessions``."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def add_link(self, hash_: str, email: str, expires_at: datetime) -> None:
        """See ``Sessions``."""

        def script() -> Script[None]:
            yield step(_OLD_LINKS, micros(self._clock.now()))
            yield step(_ADD_LINK, hash_, email, micros(expires_at))

        await self._database.perform(script)

    async def peek_link(self, hash_: str, now: datetime) -> str | None:
        """See ``Sessions``."""
        rows = await self._database.read(_PEEK_LINK, hash_, micros(now))
        return rows[0][0] if rows else None

    async def use_link(self, hash_: str, now: datetime) -> str | None:
        """See ``Sessions``."""

        def script() -> Script[str | None]:
            rows = yield step(_USE_LINK, hash_)
            return rows[0][0] if rows and rows[0][1] > micros(now) else None

        return await self._database.perform(script)

    async def add(self, session: Session) -> None:
        """See ``Sessions``."""

        def script() -> Script[None]:
            yield step(_OLD, micros(self._clock.now()))
            created_at, expires_at = micros(session.created_at), micros(session.expires_at)
            yield step(_ADD, session.id, session.email, session.csrf, created_at, expires_at)

        await self._database.perform(script)

    async def session(self, id_: str, now: datetime) -> Session | None:
        """See ``Sessions``."""
        for found, email, csrf, created_at, expires_at in await self._database.read(_SESSION, id_, micros(now)):
            return Session(found, email, csrf, moment(created_at), moment(expires_at))
        return None

    async def end(self, id_: str) -> None:
        """See ``Sessions``."""

        def script() -> Script[None]:
            yield step(_END, id_)

        await self._database.perform(script)
