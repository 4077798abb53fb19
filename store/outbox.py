"""The outbox on an SQL database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.domain.events import micros
from bot.ports import Leased
from store.database import Database
from store.paging import moment
from store.rows import MESSAGE, message_of, optional_moment, shown
from store.sql import Script, Sql, Value, sql, step

_FREE = (
    "status = 'waiting' AND kind = $1 AND next_at <= $2 AND (leased_until IS NULL OR leased_until <= $2) "
    "AND NOT EXISTS (SELECT 1 FROM outbox AS other WHERE other.kind = outbox.kind AND other.lane = outbox.lane "
    "AND other.status = 'waiting' AND other.leased_until IS NOT NULL AND other.leased_until > $2)"
)
_CANDIDATES = sql(
    f"SELECT min(position) FROM outbox WHERE {_FREE} GROUP BY lane ORDER BY min(position) LIMIT $3"  # noqa: S608 - ours
)
# One claim at a time a kind, so that two processes never take two messages of one lane.
_ALONE = sql("SELECT $1", postgres="SELECT pg_advisory_xact_lock(hashtextextended('outbox:' || $1::text, 0))")
_CLAIM = sql(
    "UPDATE outbox SET leased_until = $3, attempts = attempts + 1, "  # noqa: S608 - ours
    "first_attempt_at = coalesce(first_attempt_at, $2) "
    f"WHERE position IN many($4, bigint) AND {_FREE} "
    f"RETURNING position, attempts - 1, first_attempt_at, {', '.join(MESSAGE)}"
)
_SENT = sql(
    "UPDATE outbox SET status = 'sent', leased_until = NULL, ended_at = $2, error = NULL "
    "WHERE id = $1 AND status <> 'sent'"
)
_PARK = sql(
    "UPDATE outbox SET status = 'parked', leased_until = NULL, ended_at = $2, error = $3 "
    "WHERE id = $1 AND status <> 'sent'"
)
_RETRY = sql("UPDATE outbox SET next_at = $2, leased_until = NULL, error = $3 WHERE id = $1 AND status = 'waiting'")
_NEXT = sql(
    "SELECT min(CASE WHEN leased_until > next_at THEN leased_until ELSE next_at END) "
    "FROM outbox WHERE status = 'waiting' AND kind = $1"
)
_BACKLOG = sql("SELECT status, count(*) FROM outbox GROUP BY status")
_LONGEST_ERROR = 2000


class SqlOutbox:
    """Conforms to ``bot.ports.Outbox``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def lease(self, kind: str, now: datetime, *, hold: timedelta, limit: int = 32) -> Sequence[Leased]:
        """See ``Outbox``."""
        rows = await self._database.scan(_CANDIDATES, kind, micros(now), limit)
        if not rows:
            return ()
        positions = [row[0] for row in rows]
        return await self._database.perform(lambda: _claim(kind, micros(now), micros(now + hold), positions))

    async def sent(self, id_: str, now: datetime) -> None:
        """See ``Outbox``."""
        await self._database.perform(lambda: _end(_SENT, id_, micros(now)))

    async def retry(self, id_: str, *, at: datetime, error: str) -> None:
        """See ``Outbox``."""
        await self._database.perform(lambda: _end(_RETRY, id_, micros(at), _short(error)))

    async def park(self, id_: str, now: datetime, *, error: str) -> None:
        """See ``Outbox``."""
        await self._database.perform(lambda: _end(_PARK, id_, micros(now), _short(error)))

    async def next_attempt(self, kind: str) -> datetime | None:
        """See ``Outbox``."""
        ((at,),) = await self._database.read(_NEXT, kind)
        return optional_moment(at)

    async def backlog(self) -> dict[str, int]:
        """See ``Outbox``."""
        counted = {"waiting": 0, "sent": 0, "parked": 0}
        counted.update({row[0]: row[1] for row in await self._database.scan(_BACKLOG)})
        return counted


def _claim(kind: str, now: int, until: int, positions: list[int]) -> Script[Sequence[Leased]]:
    yield step(_ALONE, kind)
    rows = yield step(_CLAIM, kind, now, until, positions)
    return tuple(
        Leased(message_of(message), before, moment(first) if before else None, moment(until))
        for _, before, first, *message in sorted(map(tuple, rows))
    )


def _end(statement: Sql, *args: Value) -> Script[None]:
    yield step(statement, *args)


def _short(error: str) -> str:
    return shown(error)[:_LONGEST_ERROR]
