"""Searching: a page of requests by their words and marks, from an index that is brought up to date behind the writer.

Whatever is to be indexed stands in ``words_due``, put there by triggers, and is looked through one by one until it is.
So nothing that was committed is ever missing from an answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from bot.ports import RequestQuery
from bot.recording import Wanted, marked, typed
from store.database import Database
from store.indexing import catching_up
from store.paging import size
from store.queries import hits_in_postgres, hits_in_sqlite, newest_hits, page_of_requests, waiting_hits
from store.sql import Rows, Sql, Value, sql, step

MOST_DUE = 2000
"""Requests that may wait for the index while it is used; beyond, requests are looked through as if there were none."""
WALKED = {"sqlite": 1000, "postgres": 2000}
"""Requests that are looked through, newest first, before the index is asked: what is frequent is found among them."""
TIES = 16
"""Hits of one microsecond that are taken along, so that ids decide among them."""

_DUE = sql("SELECT count(*) FROM (SELECT 1 FROM words_due LIMIT $1) AS due")
_NAMES = sql("SELECT id, name FROM agents")
_STATES = sql(
    "SELECT id, state FROM requests WHERE id IN many($1, text)",
    postgres="SELECT id, state FROM requests WHERE id = ANY($1::text[])",
)
BY_INDEX = sql("SELECT 1", postgres="SET LOCAL enable_seqscan = off")
"""PostgreSQL takes two frequent words to come together often, and would rather read every request's words."""
Place = tuple[int, str]


class Searching:
    """Finds pages of requests in one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def states(self, query: RequestQuery) -> Sequence[bytes]:
        """The states of a page, in its order, and of one more request where there is a next page.

        Raises:
            BadInput: when the cursor is none.
        """
        said = typed(query, await self._names(query))
        groups = (*said, *marked(query))
        if not all(groups):
            return ()
        if not _indexed(query, groups) or await self._due() > MOST_DUE:
            statement, values = page_of_requests(query, said, self._database.kind)
            return [state for (state,) in await self._database.scan(statement, *values)]
        wanted = size(query.limit) + 1
        places = await self._scan(newest_hits(query, said, WALKED[self._database.kind], self._database.kind))
        if len(places) < wanted:
            places = sorted({*await self._by_index(query, groups, said)}, reverse=True)
        ids = [id_ for _, id_ in places[:wanted]]
        states = {row[0]: row[1] for row in await self._database.scan(_STATES, ids)}
        return [states[id_] for id_ in ids if id_ in states]

    async def catch_up(self, limit: int) -> int:
        """See ``Store``."""
        return await self._database.perform(partial(catching_up, self._database.kind, max(1, limit)))

    async def _names(self, query: RequestQuery) -> Mapping[str, str]:
        return {row[0]: row[1] for row in await self._database.read(_NAMES)} if query.text else {}

    async def _due(self) -> int:
        ((due,),) = await self._database.read(_DUE, MOST_DUE + 1)
        return int(due)

    async def _scan(self, asked: tuple[Sql, tuple[Value, ...]]) -> Sequence[Place]:
        statement, values = asked
        return _places(await self._database.scan(statement, *values))

    async def _by_index(self, query: RequestQuery, groups: Wanted, said: Wanted) -> Sequence[Place]:
        """What the index has, and what waits for it, as of one instant: nothing is in neither."""
        waiting = step(*_given(waiting_hits(query, said, self._database.kind)))
        if self._database.kind == "postgres":
            asked = step(*_given(hits_in_postgres(query, _tsquery(groups))))
            _, *found = await self._database.snapshot([step(BY_INDEX), waiting, asked])
            return _places(*found)
        wanted = size(query.limit) + 1
        taken = wanted + TIES
        while True:  # the index gives them in the order of time, so that it need not be read to its end
            asked = step(*_given(hits_in_sqlite(query, _fts(groups), taken)))
            waits, rows = await self._database.snapshot([waiting, asked])
            if len(rows) < taken or rows[wanted - 1][0] != rows[-1][0]:
                return _places(waits, rows)
            taken *= 4


def _given(asked: tuple[Sql, tuple[Value, ...]]) -> tuple[Any, ...]:
    statement, values = asked
    return statement, *values


def _places(*rows: Rows) -> list[Place]:
    return [(row[0], row[1]) for some in rows for row in some]


def _indexed(query: RequestQuery, groups: Wanted) -> bool:
    """Whether the index serves; what few requests have has an index of its own."""
    few = (query.customer, query.instance_id, query.sampled_for, query.feedback or None)
    return query.order != "due" and bool(groups) and all(one is None for one in few)


def _fts(groups: Wanted) -> str:
    """In SQLite's words. No word holds a quote."""
    return " AND ".join(
        "(" + " OR ".join(f'"{one.word}"' if one.whole else f'"{one.word}"*' for one in group) + ")" for group in groups
    )


def _tsquery(groups: Wanted) -> str:
    """In PostgreSQL's words. No word holds a quote or a backslash."""
    return " & ".join(
        "(" + " | ".join(f"'{one.word}'" if one.whole else f"'{one.word}':*" for one in group) + ")" for group in groups
    )
