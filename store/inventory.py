"""Everything that is kept, looked through at once: for who makes the views anew and compares."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from bot.domain.agents import Agent, Instance, Ledger
from bot.domain.contacts import Contact
from bot.domain.events import moment
from bot.domain.requests import Request
from bot.ports import Stray
from bot.recording import Changes
from store.database import Database
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
    agent_row,
    contact_row,
    credential_of,
    instance_row,
    kept_of,
    key_of,
    message_of,
    record_of,
    request_row,
    tally_of,
)
from store.sql import Step, sql, step


def _all(table: str, columns: Sequence[str], order: str) -> Step:
    return step(sql(f"SELECT {', '.join(columns)} FROM {table} ORDER BY {order}"))  # noqa: S608 - names of ours


_VIEWS = {
    "records": _all("events", EVENT, "position"),
    "requests": _all("requests", STATE, "id"),
    "agents": _all("agents", STATE, "id"),
    "instances": _all("instances", STATE, "id"),
    "ledgers": _all("ledgers", STATE, "id"),
    "contacts": _all("contacts", STATE, "id"),
    "tallies": _all("tallies", TALLY, "key"),
    "keys": _all("idempotency_keys", KEY, "scope, key"),
    "deadlines": _all("deadlines", ("request_id", "kind", "due_at"), "due_at"),
    "credentials": _all("credentials", ("hash", "state"), "hash"),
    "messages": _all("outbox", MESSAGE, "position"),
    "waiting": step(
        sql("SELECT waits_under, id FROM requests WHERE waits_under IS NOT NULL ORDER BY decided_at, id"),
    ),
}
_FOUND_BY: tuple[tuple[str, tuple[str, ...], Any, Callable[..., Sequence[Any]]], ...] = (
    ("request", REQUEST, Request, request_row),
    ("agent", AGENT, Agent, agent_row),
    ("instance", INSTANCE, Instance, instance_row),
    ("contact", CONTACT, Contact, contact_row),
)
"""Tables whose rows have columns that are made of their state: what that is, and who makes them."""
_WORDS_DUE = step(sql("SELECT id FROM words_due"))


async def views(database: Database) -> Changes:
    """See ``Library``: every row of every table, as of one moment."""
    rows = dict(zip(_VIEWS, await database.snapshot(list(_VIEWS.values())), strict=True))
    waiting: dict[str, tuple[str, ...]] = {}
    for under, id_ in rows["waiting"]:
        waiting[under] = (*waiting.get(under, ()), id_)
    return Changes(
        requests={row[0]: kept_of(Request, row) for row in rows["requests"]},
        agents={row[0]: kept_of(Agent, row) for row in rows["agents"]},
        instances={row[0]: kept_of(Instance, row) for row in rows["instances"]},
        ledgers={row[0]: kept_of(Ledger, row) for row in rows["ledgers"]},
        contacts={row[0]: kept_of(Contact, row) for row in rows["contacts"]},
        tallies={tally.key: tally for tally in map(tally_of, rows["tallies"])},
        keys={(use.scope, use.key): use for use in map(key_of, rows["keys"])},
        waiting=waiting,
        records=[record_of(row) for row in rows["records"]],
        deadlines={(id_, kind): moment(due_at) for id_, kind, due_at in rows["deadlines"]},
        credentials={hash_: credential_of(state) for hash_, state in rows["credentials"]},
        messages={row[0]: message_of(row) for row in rows["messages"]},
    )


async def strays(database: Database) -> Sequence[Stray]:
    """See ``Library``: columns that are not what the state beside them makes of them."""
    tables = [_all(f"{kind}s", columns, "id") for kind, columns, *_ in _FOUND_BY]
    due, *found = await database.snapshot([_WORDS_DUE, *tables])
    waiting = {f"request:{id_}" for (id_,) in due}
    wrong = [
        stray
        for (kind, columns, state, row_of), rows in zip(_FOUND_BY, found, strict=True)
        for row in rows
        for stray in _strays(kind, columns, row, row_of(row[0], kept_of(state, row[: len(STATE)])))
    ]  # what the version before wrote gets its words as it is indexed
    return [one for one in wrong if one.stream not in waiting or one.column not in {"search", "amount"}]


def _strays(kind: str, columns: Sequence[str], row: Sequence[Any], wanted: Sequence[Any]) -> Iterator[Stray]:
    for column, found, expected in list(zip(columns, row, wanted, strict=True))[len(STATE) :]:
        if found != expected:
            yield Stray(f"{kind}:{row[0]}", column, repr(expected), repr(found))
