"""Indexing: requests that wait for it are taken into the index of words, some in each transaction.

On SQLite an entry's number is the time of its request, so that the index itself is in the order of time: so many to a
microsecond, and the next free ones where that is not enough.
"""

from __future__ import annotations

from typing import Any

from bot.domain.requests import Request
from bot.recording import search_text
from store.rows import request_amount, state_of
from store.sql import Script, Step, sql, step

EACH = 1024
"""Numbers of a microsecond."""
SPILLED = 64
"""Microseconds into whose numbers those of one may reach."""

# Of a row whose words the version before wrote, as they have no space before them, the state is needed.
_OLD = "CASE WHEN r.search LIKE ' %' THEN NULL ELSE r.state END"
_WAITING = sql(
    f"SELECT d.id, r.opened_at, r.search, r.version, {_OLD} FROM words_due AS d "  # noqa: S608 - our own text
    "LEFT JOIN requests AS r ON r.id = d.id ORDER BY d.id DESC LIMIT $1",
    postgres=f"SELECT d.id, r.opened_at, r.search, r.version, {_OLD} FROM "  # noqa: S608 - our own text
    "(SELECT id FROM words_due ORDER BY id DESC LIMIT $1 FOR UPDATE SKIP LOCKED) AS d "
    "LEFT JOIN requests AS r ON r.id = d.id",
)
_REWORD = sql("UPDATE requests SET search = $2, amount = $3 WHERE id = $1 AND version = $4")
_DONE = sql(
    "DELETE FROM words_due WHERE id IN many($1, text)", postgres="DELETE FROM words_due WHERE id = ANY($1::text[])"
)
_FIND = sql("SELECT rowid, id FROM request_words WHERE request_words MATCH $1")
_LAST = sql(
    "SELECT rowid FROM request_words WHERE rowid >= $1 AND rowid < $2 ORDER BY rowid DESC LIMIT 1",
)
_DROP = sql("DELETE FROM request_words WHERE rowid = $1")
_ADD = sql("INSERT INTO request_words (rowid, words, id) VALUES ($1, $2, $3)")
_PUT = sql(
    "",
    postgres="INSERT INTO request_words (id, opened_at, words) "
    "SELECT id, opened_at, array_to_tsvector(array_remove(string_to_array(words, ' '), '')) "
    "FROM unnest($1::text[], $2::bigint[], $3::text[]) AS new (id, opened_at, words) "
    "ON CONFLICT (id) DO UPDATE SET words = excluded.words",
)
_Entry = tuple[str, int, str]


def catching_up(kind: str, limit: int) -> Script[int]:
    """Take so many requests that wait into the index; the answer is how many there were."""
    rows = yield step(_WAITING, limit)
    entries = [(row[0], row[1], row[2] if row[4] is None else "") for row in rows if row[1] is not None]
    old = {row[0]: (row[3], state_of(Request, row[4])) for row in rows if row[4] is not None}
    if old:
        entries = [(id_, at, search_text(old[id_][1]) if id_ in old else words) for id_, at, words in entries]
        yield Step(_REWORD, each=[_reworded(id_, *both) for id_, both in old.items()])
    if kind == "sqlite":
        for entry in entries:
            yield from _enter(entry)
    elif entries:
        ids, times, words = (list(column) for column in zip(*entries, strict=True))
        yield step(_PUT, ids, times, words)
    if rows:
        yield step(_DONE, [row[0] for row in rows])
    return len(rows)


def _reworded(id_: str, version: int, request: Request) -> tuple[Any, ...]:
    return id_, search_text(request), request_amount(request), version


def _enter(entry: _Entry) -> Script[None]:
    id_, opened_at, words = entry
    first = next(iter(words.split()), "")
    if first:  # the id is the first of its words
        for number, whose in (yield step(_FIND, f'"{first}"')):
            if whose == id_:
                yield step(_DROP, number)
    number = yield from _free(opened_at * EACH)
    yield step(_ADD, number, words, id_)


def _free(least: int) -> Script[int]:
    """The first number from this one on that is free."""
    number = least
    for end in (least + EACH, least + SPILLED * EACH):
        taken = yield step(_LAST, least, end)
        number = taken[0][0] + 1 if taken else least
        if number < end:
            break
    return number
