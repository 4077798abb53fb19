"""Reading in dictionaries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from bot.domain.agents import Agent, Credential, Instance
from bot.domain.contacts import Contact
from bot.domain.events import EventRecord, EventRow, micros, row_of
from bot.domain.facts import facts_of
from bot.domain.requests import Request
from bot.ports import ContactPage, ContactQuery, Ended, FactsPage, Head, Page, RequestQuery, Stray
from bot.recording import Changes, Deadline, Kept, marked, stream_of, typed
from store.memory.matching import matches, met, newest, place_of
from store.memory.outbox import MemoryOutbox
from store.paging import cursor, place, size
from store.rows import encode, same_customer, shown

T = TypeVar("T")
_STRIDE = 1000
"""Rows that are walked through at a time."""


class MemoryLibrary:
    """The reading half of the store; conforms to ``Library`` and ``Deadlines``."""

    def __init__(self, rows: Changes, outbox: MemoryOutbox) -> None:
        self._rows = rows
        self.outbox = outbox

    async def request(self, id_: str) -> Request | None:
        """See ``Library``."""
        kept = self._rows.requests.get(id_)
        return None if kept is None else kept.state

    async def requests(self, query: RequestQuery) -> Page:
        """See ``Library``."""
        names = {id_: kept.state.name.casefold() for id_, kept in self._rows.agents.items()}
        groups = (*typed(query, names), *marked(query))
        found = [kept.state for kept in self._rows.requests.values() if matches(kept.state, query, groups)]
        due = query.order == "due"
        found.sort(key=lambda request: place_of(request, due=due), reverse=not due)
        if query.after is not None:
            after = place(query.after)
            found = [
                request
                for request in found
                if (place_of(request, due=due) > after if due else place_of(request, due=due) < after)
            ]
        limit = size(query.limit)
        items = tuple(found[:limit])
        if len(found) <= limit:
            return Page(items)
        last = items[-1]
        return Page(items, cursor(last.deadline_at if due else last.opened_at, last.id))

    async def ended(
        self, before: datetime, *, after: tuple[datetime, str] | None = None, limit: int
    ) -> Sequence[Ended]:
        """See ``Library``."""
        found = sorted(
            (decision.at, request.id, request)
            for request in (kept.state for kept in self._rows.requests.values())
            if not request.erased and (decision := request.decision) is not None and decision.at < before
        )
        later = [(at, request) for at, id_, request in found if after is None or (at, id_) > after]
        return [Ended(one.id, at, one.routing.owner, one.assessment.action_type) for at, one in later[:limit]]

    async def spellings(self, customer: str) -> Sequence[str]:
        """See ``Library``."""
        named = {kept.state.assessment.context.customer for kept in self._rows.requests.values()}
        named |= {kept.state.customer or None for kept in self._rows.contacts.values()}
        return tuple(sorted(name for name in named if name is not None and same_customer(name, customer)))

    async def extents(
        self, spans: Sequence[tuple[datetime, datetime]], owner: str | None = None
    ) -> Sequence[tuple[int, int]]:
        """See ``Library``."""
        return [
            (len([*self._opened(*span, owner)]), sum(kept.version for kept in self._opened(*span, None)))
            for span in spans
        ]

    async def facts(
        self, since: datetime, before: datetime, owner: str | None = None, *, limit: int = 500, after: str | None = None
    ) -> FactsPage:
        """See ``Library``."""
        states = sorted((kept.state for kept in self._opened(since, before, owner)), key=newest, reverse=True)
        left = [one for one in states if after is None or newest(one) < place(after)]
        items = left[: size(limit)]
        facts = tuple(facts_of(encode(one)) for one in items)
        return FactsPage(facts, cursor(items[-1].opened_at, items[-1].id) if len(left) > len(items) else None)

    def _opened(self, since: datetime, before: datetime, owner: str | None) -> Iterator[Kept[Request]]:
        for kept in self._rows.requests.values():
            if since <= kept.state.opened_at < before and owner in {None, kept.state.routing.owner}:
                yield kept

    async def counts(self) -> dict[str, int]:
        """See ``Library``."""
        counted: dict[str, int] = {}
        for kept in self._rows.requests.values():
            counted[kept.state.status] = counted.get(kept.state.status, 0) + 1
        return counted

    async def events(self, stream: str) -> Sequence[EventRecord]:
        """See ``Library``."""
        return tuple(record for record in self._rows.records if record.stream == stream)

    async def all_events(self, *, after: int = 0, limit: int = 1000) -> Sequence[tuple[int, EventRecord]]:
        """See ``Library``."""
        return tuple(enumerate(self._rows.records[after : after + limit], start=after + 1))

    async def walk(self, take: Callable[[Iterable[EventRow]], T], *, after: int = 0, upto: int | None = None) -> T:
        """See ``Library``."""
        end = after + _STRIDE
        records = self._rows.records[after : end if upto is None else min(end, upto)]
        return take([row_of(record, position) for position, record in enumerate(records, start=after + 1)])

    async def agent(self, id_: str) -> Agent | None:
        """See ``Library``."""
        kept = self._rows.agents.get(id_)
        return None if kept is None else kept.state

    async def agents(self) -> Sequence[Agent]:
        """See ``Library``."""
        states = (kept.state for kept in self._rows.agents.values())
        return tuple(sorted(states, key=lambda agent: (agent.created_at, agent.id)))

    async def instance(self, id_: str) -> Instance | None:
        """See ``Library``."""
        kept = self._rows.instances.get(id_)
        return None if kept is None else kept.state

    async def instances(self, agent_id: str, *, after: str | None = None, limit: int = 100) -> Sequence[Instance]:
        """See ``Library``."""
        states = (kept.state for kept in self._rows.instances.values())
        own = (state for state in states if state.agent_id == agent_id and (after is None or state.id > after))
        return tuple(sorted(own, key=lambda state: state.id)[: size(limit)])

    async def contact(self, id_: str) -> Contact | None:
        """See ``Library``."""
        kept = self._rows.contacts.get(id_)
        return None if kept is None else kept.state

    async def contacts(self, query: ContactQuery) -> ContactPage:
        """See ``Library``."""
        states = [kept.state for kept in self._rows.contacts.values() if met(kept.state, query)]
        found = sorted(states, key=lambda contact: (micros(contact.at), contact.id))
        if query.after is not None:
            after = place(query.after)
            found = [contact for contact in found if (micros(contact.at), contact.id) > after]
        limit = size(query.limit)
        items = tuple(found[:limit])
        return ContactPage(items, cursor(items[-1].at, items[-1].id) if len(found) > limit else None)

    async def contact_times(self, since: datetime, before: datetime) -> Sequence[tuple[str, datetime]]:
        """See ``Library``."""
        states = sorted((kept.state for kept in self._rows.contacts.values()), key=lambda one: (one.at, one.id))
        return [(shown(one.customer), one.at) for one in states if one.customer and since <= one.at < before]

    async def credential(self, hash_: str) -> Credential | None:
        """See ``Library``."""
        return self._rows.credentials.get(hash_)

    async def tally_totals(self, prefix: str) -> Sequence[tuple[str, int, Decimal]]:
        """See ``Library``."""
        tallies = (tally for key, tally in sorted(self._rows.tallies.items()) if key.startswith(prefix))
        return tuple((tally.key, tally.count, tally.total) for tally in tallies)

    async def recorded(self) -> int:
        """See ``Library``."""
        return sum(version for version, _ in self._heads().values())

    async def other_heads(self, known: Mapping[str, Head]) -> Mapping[str, Head | None]:
        """See ``Library``."""
        heads = self._heads()
        return {stream: heads.get(stream) for stream in {**known, **heads} if heads.get(stream) != known.get(stream)}

    def _heads(self) -> dict[str, Head]:
        kinds = ("request", "agent", "instance", "ledger", "contact")
        return {
            stream_of(kind, id_): (kept.version, kept.head)
            for kind in kinds
            for id_, kept in self._rows.kind(kind).items()
        }

    async def strays(self) -> Sequence[Stray]:
        """See ``Library``: states are all that is kept here."""
        return ()

    async def views(self) -> Changes:
        """See ``Library``."""
        kinds = (
            "requests", "agents", "instances", "ledgers", "contacts", "tallies", "keys", "waiting", "deadlines",
            "credentials",
        )  # fmt: skip
        copies: dict[str, Any] = {kind: dict(getattr(self._rows, kind)) for kind in kinds}
        return Changes(**copies, messages=self.outbox.messages(), records=list(self._rows.records))

    async def due(self, now: datetime, *, limit: int = 500) -> Sequence[Deadline]:
        """See ``Deadlines``."""
        due = [
            Deadline(id_, kind, at) for (id_, kind), at in self._rows.deadlines.items() if at is not None and at <= now
        ]
        return tuple(sorted(due, key=lambda deadline: (deadline.due_at, deadline.request_id))[:limit])

    async def next_due(self) -> datetime | None:
        """See ``Deadlines``."""
        return min((at for at in self._rows.deadlines.values() if at is not None), default=None)
