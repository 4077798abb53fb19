"""Writing what a batch changed, in one statement: a part for every table that it touches, a column an array."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from bot.domain.events import micros
from bot.recording import Changes, stream_of
from store import rows
from store.rows import AGENT, EVENT, INSTANCE, KEY, MESSAGE, REQUEST, STATE, TALLY, Columns, encode
from store.tables import Row

CHANNEL = "signoff"
_PAYLOAD = 7000
"""Bytes of a notification's names (its limit is 8000, with the sender and a position)."""
_MOST_PAYLOADS = 16
_TYPES = {"TEXT": "text", "BIGINT": "bigint", "INTEGER": "integer", "BLOB": "bytea"}
_STATES: dict[str, tuple[str, Any, tuple[str, ...]]] = {
    "requests": ("request", rows.request_row, REQUEST),
    "agents": ("agent", rows.agent_row, AGENT),
    "instances": ("instance", rows.instance_row, INSTANCE),
    "ledgers": ("ledger", rows.ledger_row, STATE),
}


class Overtaken(Exception):
    """A row was no longer as it was when it was loaded."""


@dataclass(slots=True)
class _Statement:
    """A statement that grows by parts."""

    parts: list[str] = field(default_factory=list)
    args: list[Any] = field(default_factory=list)
    counted: list[str] = field(default_factory=list)

    def arrays(self, table: str, columns: Sequence[str], given: Sequence[Columns], types: Sequence[str] = ()) -> str:
        """Add rows as arrays, one a column; returns the expression that unfolds them."""
        types = types or _types(table, columns)
        marks = []
        for type_, values in zip(types, zip(*given, strict=True), strict=True):
            self.args.append(values)
            marks.append(f"${len(self.args)}::{type_}[]")
        return f"unnest({', '.join(marks)}) AS new ({', '.join(columns)})"

    def insert(self, table: str, columns: Sequence[str], given: Sequence[Columns], extra: str = "") -> None:
        """Add rows to a table, with ``extra`` after them."""
        if given:
            names = ", ".join(columns)
            unfolded = self.arrays(table, columns, given)
            self._part(f"INSERT INTO {table} ({names}) SELECT {names} FROM {unfolded}{extra}")  # noqa: S608 - ours

    def events(self, given: Sequence[Columns]) -> None:
        """Add records, with the transaction's number."""
        names = ", ".join(EVENT)
        unfolded = self.arrays("events", EVENT, given)
        self.parts.append(
            f"record AS (INSERT INTO events ({names}, xid) SELECT {names}, pg_current_xact_id()::text::bigint "  # noqa: S608
            f"FROM {unfolded} RETURNING position)"
        )

    def update(self, table: str, columns: Sequence[str], given: Sequence[Columns]) -> None:
        """Change states whose version, the last value of each row, still stands."""
        if given:
            unfolded = self.arrays(table, (*columns, "seen"), given, (*_types(table, columns), "integer"))
            sets = ", ".join(f"{column} = new.{column}" for column in columns if column != "id")
            self.counted.append(f"part{len(self.parts)}")
            self._part(
                f"UPDATE {table} AS old SET {sets} FROM {unfolded} "  # noqa: S608 - ours
                "WHERE old.id = new.id AND old.version = new.seen RETURNING 1"
            )

    def delete(self, table: str, columns: Sequence[str], given: Sequence[Columns]) -> None:
        """Remove rows by their keys."""
        if given:
            unfolded = self.arrays(table, columns, given)
            same = " AND ".join(f"old.{column} = new.{column}" for column in columns)
            self._part(f"DELETE FROM {table} AS old USING {unfolded} WHERE {same}")  # noqa: S608 - ours

    def text(self, sender: str, payloads: list[str]) -> str:
        """The whole: notifies, and returns how many states were updated and the last position."""
        self.args += [sender, payloads]
        who, what = len(self.args) - 1, len(self.args)
        updated = " + ".join(f"(SELECT count(*) FROM {part})" for part in self.counted) or "0"  # noqa: S608
        notify = f"pg_notify('{CHANNEL}', ${who}::text || ' ' || last.position || E'\\n' || names)"
        return (
            f"WITH {', '.join(self.parts)}, last AS (SELECT max(position) AS position FROM record), "  # noqa: S608 - ours
            f"told AS (SELECT count({notify}) AS n FROM last, unnest(${what}::text[]) AS names) "
            f"SELECT {updated}, last.position, told.n FROM last, told"
        )

    def _part(self, text: str) -> None:
        self.parts.append(f"part{len(self.parts)} AS ({text})")


def _types(table: str, columns: Sequence[str]) -> list[str]:
    known = Row.metadata.tables[table].columns
    return [_TYPES[str(known[column].type)] for column in columns]


def _replacing(columns: Sequence[str], keys: Sequence[str]) -> str:
    sets = ", ".join(f"{column} = excluded.{column}" for column in columns if column not in keys)
    return f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {sets}"


async def write(connection: asyncpg.Connection[Any], changes: Changes, sender: str) -> int:
    """Write everything inside the transaction that is open; returns the last record's position.

    Raises:
        Overtaken: when a state is no longer at the version that was seen.
        asyncpg.PostgresError: as the database says.
    """
    statement = _Statement()
    statement.events([rows.event_row(record) for record in changes.records])
    updated = sum(_states(statement, table, changes) for table in _STATES)
    tallies = [rows.tally_row(tally) for tally in changes.tallies.values()]
    statement.insert("tallies", TALLY, tallies, _replacing(TALLY, ["key"]))
    statement.insert("idempotency_keys", KEY, [rows.key_row(use) for use in changes.keys.values()])
    messages = [(*(row := rows.message_row(message)), "waiting", row[-1], 0) for message in changes.messages.values()]
    statement.insert("outbox", (*MESSAGE, "status", "next_at", "attempts"), messages, " ON CONFLICT (id) DO NOTHING")
    _deadlines(statement, changes)
    _credentials(statement, changes)
    streams = {record.stream for record in changes.records}
    found = await connection.fetchrow(statement.text(sender, payloads(streams)), *statement.args)
    if found is None or found[0] != updated:
        raise Overtaken("another writer was first")
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


def _states(statement: _Statement, table: str, changes: Changes) -> int:
    kind, to_row, columns = _STATES[table]
    fresh: list[Columns] = []
    changed: list[Columns] = []
    for id_, kept in getattr(changes, table).items():
        version = changes.seen[stream_of(kind, id_)]
        row = to_row(id_, kept)
        if version:
            changed.append((*row, version))
        else:
            fresh.append(row)
    statement.insert(table, columns, fresh)
    statement.update(table, columns, changed)
    return len(changed)


def _deadlines(statement: _Statement, changes: Changes) -> None:
    given = changes.deadlines.items()
    columns = ("request_id", "kind", "due_at")
    put = [(*name, micros(due_at)) for name, due_at in given if due_at is not None]
    statement.insert("deadlines", columns, put, _replacing(columns, columns[:2]))
    statement.delete("deadlines", columns[:2], [name for name, due_at in given if due_at is None])


def _credentials(statement: _Statement, changes: Changes) -> None:
    given = changes.credentials.items()
    columns = ("hash", "state")
    put = [(hash_, encode(kept)) for hash_, kept in given if kept is not None]
    statement.insert("credentials", columns, put, _replacing(columns, columns[:1]))
    statement.delete("credentials", columns[:1], [(hash_,) for hash_, kept in given if kept is None])
