"""What a batch reads, in one round trip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg

from bot.domain.agents import Agent, Instance, Ledger
from bot.domain.contacts import Contact
from bot.domain.requests import Request
from bot.recording import Changes, Kept, Loaded, Needs
from store.batching import brought_along
from store.rows import kept_of, key_of, safe, tally_of

_TYPES: dict[str, Any] = {
    "requests": Request,
    "agents": Agent,
    "instances": Instance,
    "ledgers": Ledger,
    "contacts": Contact,
}
_REMEMBERED = 8192
_NOTHING = "NULL::text, NULL::text"
_FETCH = " UNION ALL ".join(
    [
        *(
            f"SELECT '{table}', id, version::bigint, head, at, state, {_NOTHING} "  # noqa: S608 - names of ours
            f"FROM {table} WHERE id = ANY(${number}::text[])"
            for number, table in enumerate(_TYPES, 1)
        ),
        "SELECT 'tallies', key, count, NULL, NULL, NULL, total, recent FROM tallies WHERE key = ANY($6::text[])",
        (
            "SELECT 'keys', k.scope, NULL, convert_to(k.key, 'UTF8'), k.at, NULL, k.submission, k.subject "
            "FROM unnest($7::text[], $8::text[]) AS named (scope, key) "
            "JOIN idempotency_keys AS k ON k.scope = named.scope AND k.key = named.key"
        ),
        (
            "SELECT 'waiting', waits_under, NULL, NULL, decided_at, NULL, id, NULL "
            "FROM requests WHERE waits_under IS NOT NULL AND waits_under = ANY($9::text[])"
        ),
    ]
)


class Remembered:
    """What this process has seen of states: read again they are compared by version and hash, not decoded."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], Kept[Any]] = {}

    def keep(self, found: Loaded | Changes) -> None:
        """Take what was read or committed; the oldest goes first when there is too much."""
        for kind in _TYPES:
            for id_, kept in getattr(found, kind).items():
                self._kept[(kind, id_)] = kept
        if len(self._kept) > _REMEMBERED:
            for name in list(self._kept)[: len(self._kept) - _REMEMBERED * 3 // 4]:
                del self._kept[name]

    def bring_along(self, needs: Needs) -> Needs | None:
        """What the named requests will probably bring along, to lock it at once."""
        known = Loaded()
        for id_ in needs.requests:
            kept = self._kept.get(("requests", id_))
            if kept is not None:
                known.requests[id_] = kept
        if not known.requests:
            return None
        return Needs(**{kind: tuple(names) for kind, names in brought_along(known).items()})

    def kept(self, kind: str, row: Sequence[Any]) -> Kept[Any]:
        """The state in a row (id, version, head, at, state)."""
        known = self._kept.get((kind, row[0]))
        if known is not None and known.version == row[1] and known.head == row[2]:
            return known
        found: Kept[Any] = kept_of(_TYPES[kind], row)
        return found


async def fetch(
    connection: asyncpg.Connection[Any], remembered: Remembered, needs: Mapping[str, Sequence[Any]]
) -> Loaded:
    """The rows that exist of what is named."""
    keys = needs["keys"]
    rows = await connection.fetch(
        _FETCH,
        *(needs[kind] for kind in _TYPES),
        [safe(key) for key in needs["tallies"]],
        [scope for scope, _ in keys],
        [safe(key) for _, key in keys],
        needs["waiting"],
    )
    loaded = Loaded()
    waiting = []
    for kind, name, number, head, at, state, one, two in rows:
        if kind in _TYPES:
            getattr(loaded, kind)[name] = remembered.kept(kind, (name, number, head, at, state))
        elif kind == "tallies":
            tally = tally_of((name, number, one, two))
            loaded.tallies[tally.key] = tally
        elif kind == "keys":
            use = key_of((name, head.decode(), one, two, at))
            loaded.keys[(use.scope, use.key)] = use
        else:
            waiting.append((name, at, one))
    for under, _, id_ in sorted(waiting):
        loaded.waiting[under] = (*loaded.waiting.get(under, ()), id_)
    return loaded
