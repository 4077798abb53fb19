"""Reading beside the writer, the same on every SQL database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from bot.domain.agents import Agent, Credential, Instance
from bot.domain.contacts import Contact
from bot.domain.events import EventRecord, EventRow, micros, moment
from bot.domain.requests import Request
from bot.ports import ContactPage, ContactQuery, Ended, FactsPage, Head, Page, RequestQuery, Stray
from bot.recording import Changes, Deadline
from store import heads
from store.asking import Asking
from store.database import Database
from store.erasing import erase_stream
from store.inventory import strays, views
from store.paging import cursor, size
from store.queries import page_of_contacts
from store.rows import (
    EVENT,
    credential_of,
    record_of,
    safe,
    same_customer,
    state_of,
    unsafe,
)
from store.searching import Searching
from store.spans import extents, facts
from store.sql import Sql, sql

T = TypeVar("T")
_REQUESTS = sql(
    "SELECT id, state FROM requests WHERE id IN many($1, text)",
    postgres="SELECT id, state FROM requests WHERE id = ANY($1::text[])",  # by the index, whatever the statistics
)
_AGENT = sql("SELECT state FROM agents WHERE id = $1")
_INSTANCE = sql("SELECT state FROM instances WHERE id = $1")
_CONTACT = sql("SELECT state FROM contacts WHERE id = $1")
_CONTACT_TIMES = sql(
    "SELECT customer, contacted_at FROM contacts WHERE contacted_at >= $1 AND contacted_at < $2 "
    "AND customer IS NOT NULL ORDER BY contacted_at, id"
)
_CREDENTIAL = sql("SELECT state FROM credentials WHERE hash = $1")
_AGENTS = sql("SELECT state FROM agents ORDER BY created_at, id")
_INSTANCES = sql("SELECT state FROM instances WHERE agent_id = $1 AND id > $2 ORDER BY id LIMIT $3")
_CUSTOMERS = tuple(
    sql(f"SELECT DISTINCT customer FROM {table} WHERE customer > $1 ORDER BY customer LIMIT $2")  # noqa: S608 - names of ours
    for table in ("requests", "contacts")
)
_ENDED = sql(
    "SELECT id, decided_at, owner, action_type FROM requests WHERE erased = 0 AND decided_at IS NOT NULL "
    "AND decided_at < $1 AND (decided_at, id) > ($2, $3) ORDER BY decided_at, id LIMIT $4"
)
_NAMES = 5000
"""Customers that are looked at in one go."""
_COUNTS = sql("SELECT status, count(*) FROM requests GROUP BY status")
_STREAM = sql(f"SELECT {', '.join(EVENT)} FROM events WHERE stream = $1 ORDER BY seq")  # noqa: S608 - names of ours
_EVENTS = sql(
    f"SELECT position, {', '.join(EVENT)} FROM events WHERE position > $1 AND position <= $2 "  # noqa: S608 - names of ours
    "ORDER BY position LIMIT $3"
)
_LAST = 2**63 - 1
"""The largest position that there can be."""
_TALLIES = sql("SELECT key, count, total FROM tallies WHERE key >= $1 AND key < $2 ORDER BY key")
_DUE = sql(
    "SELECT request_id, kind, due_at FROM deadlines WHERE due_at <= $1 ORDER BY due_at, request_id, kind LIMIT $2"
)
_NEXT_DUE = sql("SELECT min(due_at) FROM deadlines")


class SqlLibrary:
    """The reading half of a store; conforms to ``Library`` and ``Deadlines``."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._requests = Asking(self._states_of_requests)
        self._searching = Searching(database)

    async def request(self, id_: str) -> Request | None:
        """See ``Library``."""
        found = None if "\x00" in id_ else await self._requests.get(id_)
        return None if found is None else state_of(Request, found)

    async def _states_of_requests(self, ids: Sequence[str]) -> Mapping[str, bytes]:
        return {row[0]: row[1] for row in await self._database.read(_REQUESTS, list(ids))}

    async def requests(self, query: RequestQuery) -> Page:
        """See ``Library``."""
        found = [state_of(Request, state) for state in await self._searching.states(query)]
        limit = size(query.limit)
        if len(found) <= limit:
            return Page(tuple(found))
        last = found[limit - 1]
        at = last.deadline_at if query.order == "due" else last.opened_at
        return Page(tuple(found[:limit]), cursor(at, last.id))

    async def ended(
        self, before: datetime, *, after: tuple[datetime, str] | None = None, limit: int
    ) -> Sequence[Ended]:
        """See ``Library``."""
        at, id_ = (-1, "") if after is None else (micros(after[0]), after[1])
        rows = await self._database.scan(_ENDED, micros(before), at, id_, limit)
        return [Ended(id_, moment(at), owner, action) for id_, at, owner, action in rows]

    async def spellings(self, customer: str) -> Sequence[str]:
        """See ``Library``."""
        found: set[str] = set()
        for statement in _CUSTOMERS:
            after = ""
            while rows := await self._database.scan(statement, after, _NAMES):
                found |= {name for (name,) in rows if same_customer(name, customer)}
                after = rows[-1][0]
        return tuple(sorted(found))

    async def extents(
        self, spans: Sequence[tuple[datetime, datetime]], owner: str | None = None
    ) -> Sequence[tuple[int, int]]:
        """See ``Library``."""
        return await extents(self._database, spans, owner)

    async def facts(
        self, since: datetime, before: datetime, owner: str | None = None, *, limit: int = 500, after: str | None = None
    ) -> FactsPage:
        """See ``Library``."""
        return await facts(self._database, since, (before, after), owner, limit)

    async def catch_up(self, limit: int = 500) -> int:
        """See ``Store``."""
        return await self._searching.catch_up(limit)

    async def counts(self) -> dict[str, int]:
        """See ``Library``."""
        return {row[0]: row[1] for row in await self._database.scan(_COUNTS)}

    async def events(self, stream: str) -> Sequence[EventRecord]:
        """See ``Library``."""
        return tuple(map(record_of, await self._database.read(_STREAM, stream)))

    async def all_events(self, *, after: int = 0, limit: int = 1000) -> Sequence[tuple[int, EventRecord]]:
        """See ``Library``."""
        rows = await self._database.scan(_EVENTS, after, _LAST, limit)
        return tuple([(row[0], record_of(row[1:])) for row in rows])

    async def walk(self, take: Callable[[Iterable[EventRow]], T], *, after: int = 0, upto: int | None = None) -> T:
        """See ``Library``."""
        last = _LAST if upto is None else upto
        return await self._database.walk(take, _EVENTS, after, last, self._database.stride)

    async def agent(self, id_: str) -> Agent | None:
        """See ``Library``."""
        found = await self._state(_AGENT, id_)
        return None if found is None else state_of(Agent, found)

    async def agents(self) -> Sequence[Agent]:
        """See ``Library``."""
        return tuple(state_of(Agent, state) for (state,) in await self._database.scan(_AGENTS))

    async def instance(self, id_: str) -> Instance | None:
        """See ``Library``."""
        found = await self._state(_INSTANCE, id_)
        return None if found is None else state_of(Instance, found)

    async def instances(self, agent_id: str, *, after: str | None = None, limit: int = 100) -> Sequence[Instance]:
        """See ``Library``."""
        rows = await self._database.scan(_INSTANCES, agent_id, after or "", size(limit))
        return tuple(state_of(Instance, state) for (state,) in rows)

    async def contact(self, id_: str) -> Contact | None:
        """See ``Library``."""
        found = await self._state(_CONTACT, id_)
        return None if found is None else state_of(Contact, found)

    async def contacts(self, query: ContactQuery) -> ContactPage:
        """See ``Library``."""
        statement, args = page_of_contacts(query, self._database.kind)
        found = [state_of(Contact, state) for (state,) in await self._database.scan(statement, *args)]
        limit = size(query.limit)
        if len(found) <= limit:
            return ContactPage(tuple(found))
        last = found[limit - 1]
        return ContactPage(tuple(found[:limit]), cursor(last.at, last.id))

    async def contact_times(self, since: datetime, before: datetime) -> Sequence[tuple[str, datetime]]:
        """See ``Library``."""
        rows = await self._database.scan(_CONTACT_TIMES, micros(since), micros(before))
        return [(customer, moment(at)) for customer, at in rows]

    async def credential(self, hash_: str) -> Credential | None:
        """See ``Library``."""
        found = await self._state(_CREDENTIAL, hash_)
        return None if found is None else credential_of(found)

    async def tally_totals(self, prefix: str) -> Sequence[tuple[str, int, Decimal]]:
        """See ``Library``."""
        start = safe(prefix)
        rows = await self._database.scan(_TALLIES, start, start + "\U0010ffff")
        return tuple((unsafe(key), count, Decimal(total)) for key, count, total in rows)

    async def recorded(self) -> int:
        """See ``Library``."""
        return await heads.recorded(self._database)

    async def other_heads(self, known: Mapping[str, Head]) -> Mapping[str, Head | None]:
        """See ``Library``."""
        return await heads.other_heads(self._database, known)

    async def strays(self) -> Sequence[Stray]:
        """See ``Library``."""
        return await strays(self._database)

    async def views(self) -> Changes:
        """See ``Library``."""
        return await views(self._database)

    async def due(self, now: datetime, *, limit: int = 500) -> Sequence[Deadline]:
        """See ``Deadlines``."""
        rows = await self._database.read(_DUE, micros(now), limit)
        return tuple(Deadline(id_, kind, moment(due_at)) for id_, kind, due_at in rows)

    async def next_due(self) -> datetime | None:
        """See ``Deadlines``."""
        ((soonest,),) = await self._database.read(_NEXT_DUE)
        return None if soonest is None else moment(soonest)

    async def erase(self, stream: str) -> int:
        """See ``Store``."""
        return await self._database.perform(lambda: erase_stream(stream))

    async def _state(self, statement: Sql, name: str) -> Any:  # noqa: ANN401 - the bytes of a state, or None
        if "\x00" in name:
            return None
        rows = await self._database.read(statement, name)
        return rows[0][0] if rows else None
