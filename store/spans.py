"""Spans of time: how far their requests have come, and the facts of these, on an SQL database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.domain.events import micros
from bot.domain.facts import facts_of
from bot.ports import FactsPage
from store.database import Database
from store.paging import place, size
from store.sql import Sql, sql

_IN = "FROM requests AS r WHERE r.opened_at >= since.value AND r.opened_at < before.value"


def _extents(one: str) -> Sql:
    """The number of requests and that of events in one sum: one pass over an index that has all that is asked for."""
    both = f"sum(r.version + {one})"
    ordered = "unnest($%d::bigint[]) WITH ORDINALITY AS %s (value, key)"
    spans = f"{ordered % (1, 'since')} JOIN {ordered % (2, 'before')} ON before.key = since.key"
    return sql(
        f"SELECT coalesce((SELECT {both} {_IN}), 0) FROM json_each($1) AS since "  # noqa: S608 - our own text
        "JOIN json_each($2) AS before ON before.key = since.key ORDER BY since.key",
        postgres=f"SELECT coalesce((SELECT {both}::bigint {_IN}), 0) FROM {spans} ORDER BY since.key",  # noqa: S608 - our own text
    )


def _facts(of: str) -> Sql:
    return sql(
        "SELECT opened_at, id, state FROM requests "  # noqa: S608 - our own text
        f"WHERE opened_at >= $1 AND (opened_at, id) < ($2, $3){of} ORDER BY opened_at DESC, id DESC LIMIT $4"
    )


_EXTENTS, _EXTENTS_OF = _extents("4294967296"), _extents("CASE WHEN r.owner = $3 THEN 4294967296 ELSE 0 END")
_FACTS, _FACTS_OF = _facts(""), _facts(" AND owner = $5")


async def extents(
    database: Database, spans: Sequence[tuple[datetime, datetime]], owner: str | None
) -> Sequence[tuple[int, int]]:
    """See ``Library``."""
    given = [micros(since) for since, _ in spans], [micros(before) for _, before in spans]
    if owner is None:
        rows = await database.scan(_EXTENTS, *given)
    else:
        rows = await database.scan(_EXTENTS_OF, *given, owner)
    return [divmod(both, 2**32) for (both,) in rows]


async def facts(
    database: Database, since: datetime, until: tuple[datetime, str | None], owner: str | None, limit: int
) -> FactsPage:
    """See ``Library``; ``until`` is where the span ends, and the cursor of the page before."""
    before, after = until
    moment, last = (micros(before), "") if after is None else place(after)
    wanted = size(limit)
    if owner is None:
        rows = await database.scan(_FACTS, micros(since), moment, last, wanted + 1)
    else:
        rows = await database.scan(_FACTS_OF, micros(since), moment, last, wanted + 1, owner)
    items = tuple(facts_of(state) for _, _, state in rows[:wanted])
    return FactsPage(items, f"{rows[wanted - 1][0]}:{rows[wanted - 1][1]}" if len(rows) > wanted else None)
