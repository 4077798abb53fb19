"""The outbox on an SQL database."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.domain.events import micros, moment
from bot.ports import Leased
from bot.recording import Message
from store.database import Database
from store.rows import MESSAGE, message_of, optional_moment, shown
from store.sql import Rows, Script, Sql, Value, sql, step

# Written so that no index of waiting messages fits: where positions are known, going by them is quicker.
_WAITS = "coalesce(status, '') = 'waiting'"
_UNLEASED = (
    "kind = $1 AND next_at <= $2 AND (leased_until IS NULL OR leased_until <= $2) "
    "AND NOT EXISTS (SELECT 1 FROM outbox AS other WHERE other.kind = outbox.kind AND other.lane = outbox.lane "
    "AND other.status = 'waiting' AND other.leased_until IS NOT NULL AND other.leased_until > $2)"
)
_FREE = f"status = 'waiting' AND {_UNLEASED}"
_CANDIDATES = sql(
    f"SELECT min(position) FROM outbox WHERE {_FREE} GROUP BY lane ORDER BY min(position) LIMIT $3"  # noqa: S608 - ours
)
# "The first from this lane on" rather than "the first of this lane": the one index in that order is all that serves.
_OLDEST = (
    "position = (SELECT older.position FROM outbox AS older WHERE older.status = 'waiting' AND older.kind = $1 "
    "AND older.lane >= outbox.lane ORDER BY older.lane, older.position LIMIT 1)"
)
# Every lane's oldest waiting message, by skipping from lane to lane: what else waits there is never looked at.
_HEADS = (
    "WITH RECURSIVE heads (oldest) AS ("
    "SELECT (SELECT position FROM outbox WHERE status = 'waiting' AND kind = $1 ORDER BY lane, position LIMIT 1) "
    "UNION ALL SELECT (SELECT later.position FROM outbox AS later WHERE later.status = 'waiting' AND later.kind = $1 "
    "AND later.lane > (SELECT head.lane FROM outbox AS head WHERE head.position = heads.oldest) "
    "ORDER BY later.lane, later.position LIMIT 1) FROM heads WHERE heads.oldest IS NOT NULL) "
)
_CANDIDATES_IN_ORDER = sql(
    f"{_HEADS} SELECT position FROM heads JOIN outbox ON position = oldest "  # noqa: S608 - ours
    f"WHERE {_WAITS} AND {_UNLEASED} ORDER BY position LIMIT $3"
)
# The longest due, so many: where lanes are many and short this is enough, and most of them are never looked at.
_FIRST_DUE = 500
_FIRST_IN_ORDER = sql(
    "SELECT position FROM outbox WHERE position IN (SELECT position FROM outbox WHERE status = 'waiting' "  # noqa: S608 - ours
    f"AND kind = $1 AND next_at <= $2 ORDER BY next_at, position LIMIT {_FIRST_DUE}) "
    f"AND {_WAITS} AND {_UNLEASED} AND {_OLDEST} ORDER BY position LIMIT $3"
)
# One claim at a time a kind, so that two processes never take two messages of one lane.
_ALONE = sql("SELECT $1", postgres="SELECT pg_advisory_xact_lock(hashtextextended('outbox:' || $1::text, 0))")
_TAKE = (
    "UPDATE outbox SET leased_until = $3, attempts = attempts + 1, "  # noqa: S608 - ours
    "first_attempt_at = coalesce(first_attempt_at, $2) "
    f"WHERE position IN many($4, bigint) AND {_WAITS} AND {_UNLEASED}"
)
_TAKEN = f" RETURNING position, attempts - 1, first_attempt_at, {', '.join(MESSAGE)}"
_CLAIM = sql(_TAKE + _TAKEN)
_CLAIM_IN_ORDER = sql(f"{_TAKE} AND {_OLDEST}{_TAKEN}")
_RELEASE = sql(
    "UPDATE outbox SET leased_until = NULL, attempts = attempts - 1, "
    "first_attempt_at = CASE WHEN attempts > 1 THEN first_attempt_at END "
    "WHERE id IN many($1, text) AND status = 'waiting' AND leased_until > $2"
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
_SOONEST = "SELECT min(CASE WHEN leased_until > next_at THEN leased_until ELSE next_at END)"
_NEXT = sql(f"{_SOONEST} FROM outbox WHERE status = 'waiting' AND kind = $1")
_NEXT_IN_ORDER = sql(f"{_HEADS} {_SOONEST} FROM heads JOIN outbox ON position = oldest WHERE {_WAITS}")
# What acts in a pattern is escaped; SQLite's LIKE takes capitals for small letters, so that is looked at once more.
_WAITING = sql(
    f"SELECT {', '.join(MESSAGE)} FROM outbox WHERE status = 'waiting' AND kind = $1 AND lane LIKE $2 ESCAPE '!' "  # noqa: S608 - ours
    "ORDER BY position LIMIT $3"
)
_ACTS = re.compile(r"[!%_]")
_BACKLOG = sql("SELECT status, count(*) FROM outbox GROUP BY status")
_LONGEST_ERROR = 2000


class SqlOutbox:
    """Conforms to ``bot.ports.Outbox``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def lease(
        self, kind: str, now: datetime, *, hold: timedelta, limit: int = 32, in_order: bool = False
    ) -> Sequence[Leased]:
        """See ``Outbox``."""
        candidates, claim = (_CANDIDATES_IN_ORDER, _CLAIM_IN_ORDER) if in_order else (_CANDIDATES, _CLAIM)
        rows: Rows = ()
        if in_order:
            rows = await self._database.scan(_FIRST_IN_ORDER, kind, micros(now), limit)
        if len(rows) < limit:
            rows = await self._database.scan(candidates, kind, micros(now), limit)
        if not rows:
            return ()
        positions = [row[0] for row in rows]
        return await self._database.perform(lambda: _claim(claim, kind, micros(now), micros(now + hold), positions))

    async def release(self, ids: Sequence[str], now: datetime) -> None:
        """See ``Outbox``."""
        if ids:
            await self._database.perform(lambda: _end(_RELEASE, list(ids), micros(now)))

    async def sent(self, id_: str, now: datetime) -> None:
        """See ``Outbox``."""
        await self._database.perform(lambda: _end(_SENT, id_, micros(now)))

    async def retry(self, id_: str, *, at: datetime, error: str) -> None:
        """See ``Outbox``."""
        await self._database.perform(lambda: _end(_RETRY, id_, micros(at), _short(error)))

    async def park(self, id_: str, now: datetime, *, error: str) -> None:
        """See ``Outbox``."""
        await self._database.perform(lambda: _end(_PARK, id_, micros(now), _short(error)))

    async def next_attempt(self, kind: str, *, in_order: bool = False) -> datetime | None:
        """See ``Outbox``."""
        ((at,),) = await self._database.read(_NEXT_IN_ORDER if in_order else _NEXT, kind)
        return optional_moment(at)

    async def waiting(self, kind: str, lanes: str, *, limit: int) -> Sequence[Message]:
        """See ``Outbox``."""
        pattern = _ACTS.sub(r"!\g<0>", lanes) + "%"
        rows = await self._database.scan(_WAITING, kind, pattern, limit)
        return tuple(message for row in rows if (message := message_of(row)).lane.startswith(lanes))

    async def backlog(self) -> dict[str, int]:
        """See ``Outbox``."""
        counted = {"waiting": 0, "sent": 0, "parked": 0}
        counted.update({row[0]: row[1] for row in await self._database.scan(_BACKLOG)})
        return counted


def _claim(claim: Sql, kind: str, now: int, until: int, positions: list[int]) -> Script[Sequence[Leased]]:
    yield step(_ALONE, kind)
    rows = yield step(claim, kind, now, until, positions)
    return tuple(
        Leased(message_of(message), before, moment(first) if before else None, moment(until))
        for _, before, first, *message in sorted(map(tuple, rows))
    )


def _end(statement: Sql, *args: Value) -> Script[None]:
    yield step(statement, *args)


def _short(error: str) -> str:
    return shown(error)[:_LONGEST_ERROR]
