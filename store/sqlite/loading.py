"""What a batch reads, from the writer's memory of what it wrote or from the file.

The memory holds only what was committed, and is forgotten whenever another connection has committed or a write failed.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from bot.domain.agents import Agent, Instance, Ledger
from bot.domain.contacts import Contact
from bot.domain.requests import Request
from bot.recording import Changes, Loaded, Needs
from store.rows import KEY, STATE, TALLY, kept_of, key_of, safe, tally_of

_SIZES = {"requests": 2048, "agents": 1024, "instances": 4096, "ledgers": 256, "contacts": 1024, "tallies": 16384}
_TYPES: dict[str, Any] = {
    "requests": Request,
    "agents": Agent,
    "instances": Instance,
    "ledgers": Ledger,
    "contacts": Contact,
}


class Remembered:
    """Rows as last committed, so many of each kind at most; the oldest go first."""

    def __init__(self) -> None:
        self._rows: dict[str, dict[Any, Any]] = {kind: {} for kind in _SIZES}

    def forget(self) -> None:
        """Everything may have changed."""
        for rows in self._rows.values():
            rows.clear()

    def keep(self, found: Loaded | Changes) -> None:
        """Take what was read or committed."""
        for kind, rows in self._rows.items():
            rows.update(getattr(found, kind))
            excess = len(rows) - _SIZES[kind]
            if excess > 0:
                for name in list(rows)[: excess + _SIZES[kind] // 8]:
                    del rows[name]

    def known(self, kind: str, names: Iterable[Any], into: dict[Any, Any]) -> list[Any]:
        """Put what is remembered into ``into``; returns the rest."""
        rows = self._rows[kind]
        rest = []
        for name in names:
            row = rows.get(name)
            if row is None:
                rest.append(name)
            else:
                into[name] = row
        return rest


def fetch(connection: sqlite3.Connection, remembered: Remembered, needs: Needs) -> Loaded:
    """The rows that exist of what is named."""
    loaded = Loaded()
    for kind, type_ in _TYPES.items():
        into = getattr(loaded, kind)
        rest = remembered.known(kind, getattr(needs, kind), into)
        if rest:
            for row in _in(connection, STATE, kind, "id", rest):
                into[row[0]] = kept_of(type_, row)
    rest = remembered.known("tallies", needs.tallies, loaded.tallies)
    if rest:
        for row in _in(connection, TALLY, "tallies", "key", [safe(key) for key in rest]):
            tally = tally_of(row)
            loaded.tallies[tally.key] = tally
    remembered.keep(loaded)
    _fetch_keys(connection, needs, loaded)
    _fetch_waiting(connection, needs, loaded)
    return loaded


def _in(
    connection: sqlite3.Connection, columns: Sequence[str], table: str, column: str, names: Sequence[str]
) -> list[Any]:
    statement = f"SELECT {', '.join(columns)} FROM {table} WHERE {column} IN (SELECT value FROM json_each(?))"  # noqa: S608 - names of ours
    return connection.execute(statement, (json.dumps(names),)).fetchall()


_KEYS = (
    f"SELECT {', '.join(f'k.{column}' for column in KEY)} FROM json_each(?) AS named "  # noqa: S608 - names of ours
    "CROSS JOIN idempotency_keys AS k "
    "ON k.scope = json_extract(named.value, '$[0]') AND k.key = json_extract(named.value, '$[1]')"
)
_WAITING = (
    "SELECT waits_under, id FROM requests "
    "WHERE waits_under IN (SELECT value FROM json_each(?)) AND waits_under IS NOT NULL ORDER BY decided_at, id"
)


def _fetch_keys(connection: sqlite3.Connection, needs: Needs, loaded: Loaded) -> None:
    if needs.keys:
        named = json.dumps([(scope, safe(key)) for scope, key in needs.keys])
        for row in connection.execute(_KEYS, (named,)).fetchall():
            use = key_of(row)
            loaded.keys[(use.scope, use.key)] = use


def _fetch_waiting(connection: sqlite3.Connection, needs: Needs, loaded: Loaded) -> None:
    if needs.waiting:
        for under, id_ in connection.execute(_WAITING, (json.dumps(needs.waiting),)).fetchall():
            loaded.waiting[under] = (*loaded.waiting.get(under, ()), id_)
