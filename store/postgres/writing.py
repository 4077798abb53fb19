"""Writing what a batch changed, in one statement: a part for every table that it touches, a column an array."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from bot.domain.events import micros
from bot.recording import Changes, stream_of
from store import rows
from store.erasing import ERASE, erased_by
from store.postgres.connecting import Connection
from store.rows import AGENT, CONTACT, EVENT, INSTANCE, KEY, MESSAGE, REQUEST, STATE, TALLY, Columns, encode
from store.tables import Row

CHANNEL = "signoff"
_PAYLOAD = 7000
"""Bytes of a notification's names (its limit is 8000, with the sender and a position)."""
_MOST_PAYLOADS = 16
_TYPES = {"TEXT": "text", "BIGINT": "bigint", "INTEGER": "integer", "BLOB": "bytea", "DOUBLE": "double precision"}
_STATES: dict[str, tuple[str, Any, tuple[str, ...]]] = {
    "requests": ("request", rows.request_row, REQUEST),
    "agents": ("agent", rows.agent_row, AGENT),
    "instances": ("instance", rows.instance_row, INSTANCE),
    "ledgers": ("ledger", rows.ledger_row, STATE),
    "contacts": ("contact", rows.contact_row, CONTACT),
}
_DEADLINE = ("request_id", "kind", "due_at")
_COLUMNS = {
    **{table: columns for table, (_, _, columns) in _STATES.items()},
    "events": EVENT,
    "tallies": TALLY,
    "idempotency_keys": KEY,
    "outbox": (*MESSAGE, "status", "next_at", "attempts"),
    "deadlines": _DEADLINE,
    "credentials": ("hash", "state"),
}
_KEYS = {"tallies": ("key",), "outbox": ("id",), "deadlines": _DEADLINE[:2], "credentials": ("hash",)}
"""Tables in which a row may be there already, and its key."""
Part = tuple[str, str]
"""What is done (``insert``, ``update``, ``delete``) and to which table."""


class Overtaken(Exception):
    """A row was no longer as it was when it was loaded."""


async def write(connection: Connection, changes: Changes, sender: str) -> int:
    """Write everything inside the transaction that is open; returns the last record's position.

    Raises:
        Overtaken: when a state is no longer at the version that was seen.
        asyncpg.PostgresError: as the database says.
    """
    given = _given(changes)
    updated = sum(len(some) for (what, _), some in given.items() if what == "update")
    args = [column for some in given.values() for column in zip(*some, strict=True)]
    streams = {record.stream for record in changes.records}
    found = await connection.fetchrow(_statement(tuple(given)), *args, sender, payloads(streams))
    if found is None or found[0] != updated:
        raise Overtaken("another writer was first")
    if erasures := erased_by(changes.records):
        await connection.executemany(ERASE.postgres, erasures)
    return int(found[1])


def payloads(streams: Iterable[str]) -> list[str]:
    """The names of streams in as few notifications as hold them, or one that says anything."""
    found = [""]
    for stream in streams:
        if len(found[-1]) + len(stream) > _PAYLOAD:
            found.append("")
        found[-1] += stream + "\n"
    if len(found) > _MOST_PAYLOADS or not all(stream.isascii() for stream in found):
        return ["*"]
    return found


def _given(changes: Changes) -> dict[Part, list[Columns]]:
    """The rows for each part; a part without rows is left out."""
    given: dict[Part, list[Columns]] = {("insert", "events"): [rows.event_row(record) for record in changes.records]}
    for table, (kind, to_row, _) in _STATES.items():
        for id_, kept in getattr(changes, table).items():
            version = changes.seen[stream_of(kind, id_)]
            row = to_row(id_, kept)
            if version:
                given.setdefault(("update", table), []).append((*row, version))
            else:
                given.setdefault(("insert", table), []).append(row)
    given[("insert", "tallies")] = [rows.tally_row(tally) for tally in changes.tallies.values()]
    given[("delete", "idempotency_keys")] = [
        (scope, rows.safe(key)) for (scope, key), use in changes.keys.items() if use is None
    ]
    given[("insert", "idempotency_keys")] = [rows.key_row(use) for use in changes.keys.values() if use is not None]
    given[("insert", "outbox")] = [
        (*(row := rows.message_row(message)), "waiting", row[-1], 0) for message in changes.messages.values()
    ]
    deadlines, credentials = changes.deadlines.items(), changes.credentials.items()
    given[("insert", "deadlines")] = [(*name, micros(due_at)) for name, due_at in deadlines if due_at is not None]
    given[("delete", "deadlines")] = [name for name, due_at in deadlines if due_at is None]
    given[("insert", "credentials")] = [(hash_, encode(kept)) for hash_, kept in credentials if kept is not None]
    given[("delete", "credentials")] = [(hash_,) for hash_, kept in credentials if kept is None]
    return {part: some for part, some in given.items() if some}


# --- the statement --------------------------------------------------------------------------------------------------


@cache
def _statement(parts: tuple[Part, ...]) -> str:
    """The whole for these parts: notifies, and returns how many states were updated and the last position."""
    written: list[str] = []
    updates: list[str] = []
    used = 0
    for number, part in enumerate(parts):
        name = "record" if part[1] == "events" else f"part{number}"
        text, arguments = _part(part, used)
        written.append(f"{name} AS ({text})")
        used += arguments
        if part[0] == "update":
            updates.append(f"(SELECT count(*) FROM {name})")  # noqa: S608 - names of ours
    notify = f"pg_notify('{CHANNEL}', ${used + 1}::text || ' ' || last.position || E'\\n' || names)"
    return (
        f"WITH {', '.join(written)}, last AS (SELECT max(position) AS position FROM record), "  # noqa: S608 - the table is our own
        f"told AS (SELECT count({notify}) AS n FROM last, unnest(${used + 2}::text[]) AS names) "
        f"SELECT {' + '.join(updates) or '0'}, last.position, told.n FROM last, told"
    )


def _part(part: Part, used: int) -> tuple[str, int]:
    what, table = part
    columns = _COLUMNS[table]
    if what == "update":
        given = _unfolded(table, (*columns, "seen"), used)
        sets = ", ".join(f"{column} = new.{column}" for column in columns if column != "id")
        text = (
            f"UPDATE {table} AS old SET {sets} FROM {given} "  # noqa: S608 - names of ours
            "WHERE old.id = new.id AND old.version = new.seen RETURNING 1"
        )
        return text, len(columns) + 1
    if what == "delete":
        keys = _KEYS.get(table, KEY[:2])
        same = " AND ".join(f"old.{column} = new.{column}" for column in keys)
        return f"DELETE FROM {table} AS old USING {_unfolded(table, keys, used)} WHERE {same}", len(keys)  # noqa: S608 - the table is our own
    return _insert(table, columns, used), len(columns)


def _insert(table: str, columns: Sequence[str], used: int) -> str:
    names = ", ".join(columns)
    given = _unfolded(table, columns, used)
    if table == "events":  # with the transaction's number
        return (
            f"INSERT INTO events ({names}, xid) SELECT {names}, pg_current_xact_id()::text::bigint "  # noqa: S608 - the table is our own
            f"FROM {given} RETURNING position"
        )
    text = f"INSERT INTO {table} ({names}) SELECT {names} FROM {given}"  # noqa: S608 - names of ours
    if table not in _KEYS:
        return text
    sets = ", ".join(f"{column} = excluded.{column}" for column in columns if column not in _KEYS[table])
    there = "NOTHING" if table == "outbox" else f"UPDATE SET {sets}"
    return f"{text} ON CONFLICT ({', '.join(_KEYS[table])}) DO {there}"


def _unfolded(table: str, columns: Sequence[str], used: int) -> str:
    """Arrays, one a column, as rows named ``new``."""
    known = Row.metadata.tables[table].columns
    types = (_TYPES[str(known[column].type)] if column != "seen" else "integer" for column in columns)
    marks = ", ".join(f"${number}::{type_}[]" for number, type_ in enumerate(types, used + 1))
    return f"unnest({marks}) AS new ({', '.join(columns)})"
