"""Writing what a batch changed, with as few statements as there are tables."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from bot.domain.events import micros
from bot.recording import Changes, Kept, stream_of
from store.erasing import ERASE, erased_by
from store.rows import (
    AGENT,
    CONTACT,
    EVENT,
    INSTANCE,
    KEY,
    MESSAGE,
    REQUEST,
    STATE,
    TALLY,
    Columns,
    agent_row,
    contact_row,
    encode,
    event_row,
    instance_row,
    key_row,
    ledger_row,
    message_row,
    request_row,
    safe,
    tally_row,
)


class Overtaken(Exception):
    """A row was no longer as it was when it was loaded."""


def _insert(table: str, columns: Sequence[str], extra: str = "") -> str:
    marks = ", ".join("?" * len(columns))
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks}){extra}"  # noqa: S608 - names of ours


def _update(table: str, columns: Sequence[str]) -> str:
    sets = ", ".join(f"{column} = ?{number}" for number, column in enumerate(columns, 1) if column != "id")
    return f"UPDATE {table} SET {sets} WHERE id = ?1 AND version = ?{len(columns) + 1}"  # noqa: S608 - names of ours


def _replacing(columns: Sequence[str], keys: Sequence[str]) -> str:
    sets = ", ".join(f"{column} = excluded.{column}" for column in columns if column not in keys)
    return f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {sets}"


_STATES: dict[str, tuple[str, Any, str, str]] = {
    table: (kind, to_row, _insert(table, columns), _update(table, columns))
    for table, kind, to_row, columns in (
        ("requests", "request", request_row, REQUEST),
        ("agents", "agent", agent_row, AGENT),
        ("instances", "instance", instance_row, INSTANCE),
        ("ledgers", "ledger", ledger_row, STATE),
        ("contacts", "contact", contact_row, CONTACT),
    )
}
_EVENT = _insert("events", EVENT)
_TALLY = _insert("tallies", TALLY, _replacing(TALLY, ["key"]))
_KEY = _insert("idempotency_keys", KEY)
_NO_KEY = "DELETE FROM idempotency_keys WHERE scope = ? AND key = ?"
_DEADLINE = _insert("deadlines", ("request_id", "kind", "due_at"), _replacing(["due_at"], ["request_id", "kind"]))
_NO_DEADLINE = "DELETE FROM deadlines WHERE request_id = ? AND kind = ?"
_CREDENTIAL = _insert("credentials", ("hash", "state"), _replacing(["state"], ["hash"]))
_NO_CREDENTIAL = "DELETE FROM credentials WHERE hash = ?"
_MESSAGE = _insert("outbox", (*MESSAGE, "status", "next_at", "attempts"), " ON CONFLICT (id) DO NOTHING")


def write(connection: sqlite3.Connection, changes: Changes) -> None:
    """Write everything inside the transaction that is open.

    Raises:
        Overtaken: when a state is no longer at the version that was seen.
        sqlite3.Error: as the database says.
    """
    many = connection.executemany
    many(_EVENT, map(event_row, changes.records))
    for table, (kind, to_row, insert, update) in _STATES.items():
        states: dict[str, Kept[Any]] = getattr(changes, table)
        if states:
            _write_states(connection, kind, states, changes.seen, (to_row, insert, update))
    if changes.tallies:
        many(_TALLY, map(tally_row, changes.tallies.values()))
    if changes.keys:
        many(_NO_KEY, ((scope, safe(key)) for (scope, key), use in changes.keys.items() if use is None))
        many(_KEY, (key_row(use) for use in changes.keys.values() if use is not None))
    if erasures := erased_by(changes.records):
        many(ERASE.sqlite, erasures)
    if changes.messages:
        many(
            _MESSAGE, ((*(row := message_row(message)), "waiting", row[-1], 0) for message in changes.messages.values())
        )
    _write_deadlines(connection, changes)
    _write_credentials(connection, changes)


def _write_states(
    connection: sqlite3.Connection,
    kind: str,
    states: dict[str, Kept[Any]],
    seen: dict[str, int],
    how: tuple[Any, str, str],
) -> None:
    to_row, insert, update = how
    fresh: list[Columns] = []
    changed: list[Columns] = []
    for id_, kept in states.items():
        version = seen[stream_of(kind, id_)]
        row = to_row(id_, kept)
        if version:
            changed.append((*row, version))
        else:
            fresh.append(row)
    if fresh:
        connection.executemany(insert, fresh)
    if changed and connection.executemany(update, changed).rowcount != len(changed):
        raise Overtaken(f"another writer changed one of {len(changed)} {kind} rows")


def _write_deadlines(connection: sqlite3.Connection, changes: Changes) -> None:
    _split(
        connection,
        (_DEADLINE, _NO_DEADLINE),
        (((*name, None if due_at is None else micros(due_at))) for name, due_at in changes.deadlines.items()),
    )


def _write_credentials(connection: sqlite3.Connection, changes: Changes) -> None:
    _split(
        connection,
        (_CREDENTIAL, _NO_CREDENTIAL),
        ((hash_, None if kept is None else encode(kept)) for hash_, kept in changes.credentials.items()),
    )


def _split(connection: sqlite3.Connection, statements: tuple[str, str], rows: Iterable[Columns]) -> None:
    """Rows that end in a value are put, the others go."""
    put: list[Columns] = []
    gone: list[Columns] = []
    for row in rows:
        if row[-1] is None:
            gone.append(row[:-1])
        else:
            put.append(row)
    if put:
        connection.executemany(statements[0], put)
    if gone:
        connection.executemany(statements[1], gone)
