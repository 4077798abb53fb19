"""The record and its views in dictionaries."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from msgspec.structs import replace

from bot.domain.agents import Agent, Credential, Instance
from bot.domain.contacts import Contact
from bot.domain.events import EventRecord, micros
from bot.domain.facts import facts_of
from bot.domain.requests import Request
from bot.errors import Unavailable
from bot.ports import Clock, ContactPage, ContactQuery, Ended, FactsPage, Listener, Page, RequestQuery, Stray
from bot.recording import (
    Changes,
    Deadline,
    Kept,
    Loaded,
    Needs,
    View,
    Wanted,
    found_in,
    marked,
    sampled_for,
    search_text,
    stream_of,
    typed,
    waits_under,
)
from store.batching import Entropy, Listeners, committed, load, run
from store.calls import Waiting
from store.erasing import ERASURES, erased_by
from store.memory.outbox import MemoryOutbox
from store.memory.seals import MemorySeals
from store.memory.sessions import MemorySessions, MemoryVault
from store.memory.shelf import MemoryShelf
from store.paging import cursor, place, size
from store.rows import encode, same_customer, shown

T = TypeVar("T")


class MemoryStore:
    """Conforms to ``bot.ports.Store``; one event loop, one process."""

    def __init__(self, clock: Clock, *, entropy: Entropy = os.urandom) -> None:
        self._clock = clock
        self._entropy = entropy
        self._listeners = Listeners()
        self._rows = Changes()
        self._closed = False
        self.outbox = MemoryOutbox()
        self.seals = MemorySeals(self._rows.records)
        self.vault = MemoryVault()
        self.sessions = MemorySessions()
        self.shelf = MemoryShelf()

    # --- Recorder -----------------------------------------------------------------------------------------------

    async def transact(self, needs: Needs, flow: Callable[[View], T]) -> T:
        """See ``Recorder``."""
        if self._closed:
            raise Unavailable("the store is closed")
        await asyncio.sleep(0)
        waiting = Waiting(needs=needs, flow=flow, future=asyncio.get_running_loop().create_future())
        batch = [waiting]
        changes = run(batch, load(batch, self._fetch), self._clock.now(), self._entropy)
        self._write(changes)
        waiting.settle()
        self._listeners.tell(committed(changes))
        answer: T = await waiting.future
        return answer

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """See ``Recorder``."""
        return self._listeners.add(listener)

    def _fetch(self, needs: Needs) -> Loaded:
        found = Loaded()
        for kind in ("requests", "agents", "instances", "ledgers", "contacts", "tallies", "keys", "waiting"):
            have = getattr(self._rows, kind)
            getattr(found, kind).update({name: have[name] for name in getattr(needs, kind) if name in have})
        return found

    def _write(self, changes: Changes) -> None:
        rows = self._rows
        self._refuse_overtaken(changes)
        for id_, kept in changes.requests.items():
            before = rows.requests.get(id_)
            self._follow_waiting(id_, None if before is None else before.state, kept.state)
        rows.records.extend(changes.records)
        for stream, _ in erased_by(changes.records):
            self._erase(stream)
        for kind in ("requests", "agents", "instances", "ledgers", "contacts", "tallies"):
            getattr(rows, kind).update(getattr(changes, kind))
        for kind in ("deadlines", "credentials", "keys"):
            have = getattr(rows, kind)
            for name, row in getattr(changes, kind).items():
                if row is None:
                    have.pop(name, None)
                else:
                    have[name] = row
        self.outbox.add(changes.messages.values())

    def _refuse_overtaken(self, changes: Changes) -> None:
        for stream, version in changes.seen.items():
            kind, _, id_ = stream.partition(":")
            kept = self._rows.kind(kind).get(id_)
            if (0 if kept is None else kept.version) != version:
                raise Unavailable(f"{stream} was not named in the needs")
        if {name for name, use in changes.keys.items() if use is not None} & self._rows.keys.keys():
            raise Unavailable("an idempotency key was not named in the needs")

    def _follow_waiting(self, id_: str, before: Request | None, after: Request) -> None:
        was, is_ = None if before is None else waits_under(before), waits_under(after)
        if was == is_:
            return
        waiting = self._rows.waiting
        if was is not None:
            left = tuple(other for other in waiting.get(was, ()) if other != id_)
            if left:
                waiting[was] = left
            else:
                waiting.pop(was, None)
        if is_ is not None:
            waiting[is_] = (*waiting.get(is_, ()), id_)

    # --- Library ------------------------------------------------------------------------------------------------

    async def request(self, id_: str) -> Request | None:
        """See ``Library``."""
        kept = self._rows.requests.get(id_)
        return None if kept is None else kept.state

    async def requests(self, query: RequestQuery) -> Page:
        """See ``Library``."""
        names = {id_: kept.state.name.casefold() for id_, kept in self._rows.agents.items()}
        groups = (*typed(query, names), *marked(query))
        found = [kept.state for kept in self._rows.requests.values() if _matches(kept.state, query, groups)]
        due = query.order == "due"
        found.sort(key=lambda request: _place(request, due=due), reverse=not due)
        if query.after is not None:
            after = place(query.after)
            found = [
                request
                for request in found
                if (_place(request, due=due) > after if due else _place(request, due=due) < after)
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
        states = sorted((kept.state for kept in self._opened(since, before, owner)), key=_newest, reverse=True)
        left = [one for one in states if after is None or _newest(one) < place(after)]
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
        states = [kept.state for kept in self._rows.contacts.values() if _met(kept.state, query)]
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

    async def heads(self) -> Mapping[str, tuple[int, bytes]]:
        """See ``Library``."""
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

    # --- Deadlines and the rest ---------------------------------------------------------------------------------

    async def due(self, now: datetime, *, limit: int = 500) -> Sequence[Deadline]:
        """See ``Deadlines``."""
        due = [
            Deadline(id_, kind, at) for (id_, kind), at in self._rows.deadlines.items() if at is not None and at <= now
        ]
        return tuple(sorted(due, key=lambda deadline: (deadline.due_at, deadline.request_id))[:limit])

    async def next_due(self) -> datetime | None:
        """See ``Deadlines``."""
        return min((at for at in self._rows.deadlines.values() if at is not None), default=None)

    async def catch_up(self, limit: int = 500) -> int:  # noqa: ARG002 - there is no index here
        """See ``Store``."""
        return 0

    async def erase(self, stream: str) -> int:
        """See ``Store``."""
        return self._erase(stream)

    def _erase(self, stream: str) -> int:
        records = self._rows.records
        places = [number for number, record in enumerate(records) if record.stream == stream]
        newest = max((number for number in places if records[number].type in ERASURES), default=-1)
        erased = [number for number in places if number < newest and records[number].payload is not None]
        for number in erased:
            records[number] = replace(records[number], payload=None, salt=None)
        return len(erased)

    async def ready(self) -> bool:
        """See ``Store``."""
        return not self._closed

    async def close(self) -> None:
        """See ``Store``."""
        self._closed = True


def _place(request: Request, *, due: bool) -> tuple[int, str]:
    return micros(request.deadline_at if due else request.opened_at), request.id


def _newest(request: Request) -> tuple[int, str]:
    return _place(request, due=False)


def _met(contact: Contact, query: ContactQuery) -> bool:
    return (
        (contact.customer != "" or not query.named)
        and (query.customer is None or (contact.customer != "" and contact.customer == query.customer))
        and (query.contacted_from is None or contact.at >= query.contacted_from)
        and (query.contacted_before is None or contact.at < query.contacted_before)
    )


def _matches(request: Request, query: RequestQuery, groups: Wanted) -> bool:
    decision, amount = request.decision, request.assessment.amount
    return (
        (not query.statuses or request.status in query.statuses)
        and (query.owners is None or request.routing.owner in query.owners)
        and query.agent_id in {None, request.agent_id}
        and query.instance_id in {None, request.instance_id}
        and query.action_type in {None, request.assessment.action_type}
        and query.customer in {None, request.assessment.context.customer}
        and (query.decided_by is None or (decision is not None and decision.by.id == query.decided_by))
        and (not query.feedback or (request.feedback is not None and request.feedback.state in query.feedback))
        and query.sampled_for in {None, sampled_for(request)}
        and (query.opened_from is None or request.opened_at >= query.opened_from)
        and (query.opened_before is None or request.opened_at < query.opened_before)
        and (query.decided_from is None or (decision is not None and decision.at >= query.decided_from))
        and (query.decided_before is None or (decision is not None and decision.at < query.decided_before))
        and (query.amount_from is None or (amount is not None and amount.amount >= query.amount_from))
        and (query.amount_to is None or (amount is not None and amount.amount <= query.amount_to))
        and found_in(search_text(request), groups)
    )
