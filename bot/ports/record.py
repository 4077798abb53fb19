"""The record: writing it, and reading what it comes to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Protocol, TypeVar

import msgspec

from bot.domain.agents import Agent, Credential, Instance
from bot.domain.contacts import Contact
from bot.domain.events import EventRecord, EventRow
from bot.domain.facts import Counted
from bot.domain.requests import Request
from bot.recording import Changes, Needs, View

T = TypeVar("T")


class Committed(msgspec.Struct, frozen=True, gc=False):
    """What a listener hears after a commit: the stream and, when it was committed here, the request as it is now."""

    stream: str
    request: Request | None = None
    types: tuple[str, ...] = ()


Head = tuple[int, bytes]
"""Where a stream stands: how many events it has, and the hash of the last."""
Listener = Callable[[Sequence[Committed] | None], None]
"""Called on the event loop after each commit by any process; None means that anything may have changed."""


class Recorder(Protocol):
    """The only way to write."""

    async def transact(self, needs: Needs, flow: Callable[[View], T]) -> T:
        """Run a flow on what it needs and commit what it recorded; returns after the commit is durable.

        Flows that arrive together are committed together. The flow may be run more than once, from another thread,
        and must have no effect but through its view. What it raises is raised here, and nothing of it remains.

        Raises:
            Unavailable: when the database can't be reached or is full; nothing was recorded.
        """
        ...

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Hear of every commit, of this process and of others on the same database; returns how to stop."""
        ...


class RequestQuery(msgspec.Struct, frozen=True, gc=False):
    """Which requests; every given field narrows. ``after`` is the cursor of the page before."""

    statuses: tuple[str, ...] = ()
    owners: tuple[str, ...] | None = None
    agent_id: str | None = None
    instance_id: str | None = None
    action_type: str | None = None
    customer: str | None = None
    decided_by: str | None = None
    feedback: tuple[str, ...] = ()
    """States of their feedback item."""
    sampled_for: str | None = None
    """The person whose look at them is awaited."""
    opened_from: datetime | None = None
    opened_before: datetime | None = None
    decided_from: datetime | None = None
    decided_before: datetime | None = None
    text: str | None = None
    """Words, of each of which something that the request is about must begin so: its id, customer, agent, tool, action
    type, title or an argument that nobody is shown masked. A text without a letter or digit finds nothing."""
    person: str | None = None
    """The id of a person who decided, signed or claimed it, or was told of it in person."""
    amount_from: Decimal | None = None
    amount_to: Decimal | None = None
    """Of what was asked for; both ends are in it."""
    currency: str | None = None
    order: str = "newest"
    """``newest`` (opened last first) or ``due`` (least time left first)."""
    limit: int = 50
    after: str | None = None


class Page(msgspec.Struct, frozen=True, gc=False):
    """Some requests, and the cursor of the next page when there is one."""

    items: tuple[Request, ...]
    next: str | None = None


class FactsPage(msgspec.Struct, frozen=True, gc=False):
    """Facts of some requests, and the cursor of the next page when there is one."""

    items: tuple[Counted, ...]
    next: str | None = None


class ContactQuery(msgspec.Struct, frozen=True, gc=False):
    """Which contacts, the earliest first; every given field narrows. ``after`` is the cursor of the page before."""

    customer: str | None = None
    named: bool = False
    """Only those whose customer is known, because they were not erased."""
    contacted_from: datetime | None = None
    contacted_before: datetime | None = None
    limit: int = 50
    after: str | None = None


class ContactPage(msgspec.Struct, frozen=True, gc=False):
    """Some contacts, and the cursor of the next page when there is one."""

    items: tuple[Contact, ...]
    next: str | None = None


class Ended(msgspec.Struct, frozen=True, gc=False):
    """A request that was decided and whose personal data is still kept."""

    id: str
    decided_at: datetime
    owner: str
    action_type: str


class Stray(msgspec.Struct, frozen=True):
    """A column that differs from the state of its row; ``stream`` is ``request:<id>`` or the like."""

    stream: str
    column: str
    expected: str
    found: str


class Library(Protocol):
    """Reading, beside the writer: always committed states, never a lock."""

    async def request(self, id_: str) -> Request | None:
        """One request."""
        ...

    async def requests(self, query: RequestQuery) -> Page:
        """A page of requests."""
        ...

    async def ended(
        self, before: datetime, *, after: tuple[datetime, str] | None = None, limit: int
    ) -> Sequence[Ended]:
        """Requests that were decided before then and not erased, the oldest decision first.

        ``after`` is decision and id of the last one of the page before.
        """
        ...

    async def extents(
        self, spans: Sequence[tuple[datetime, datetime]], owner: str | None = None
    ) -> Sequence[tuple[int, int]]:
        """Of each span (from, until before): how many requests of an owner, and how many events of all, lie in it.

        A request lies where it was opened, with all its events; the owner None is everybody. As long as both are what
        they were, nothing has changed of any of them: events are only ever added.
        """
        ...

    async def facts(
        self, since: datetime, before: datetime, owner: str | None = None, *, limit: int = 500, after: str | None = None
    ) -> FactsPage:
        """A page of what is to be counted of the requests that were opened from ``since`` until before ``before``.

        The newest comes first; ``after`` is the cursor of the page before.
        """
        ...

    async def spellings(self, customer: str) -> Sequence[str]:
        """Every way in which requests and contacts that are not erased name a customer, as queries take it."""
        ...

    async def counts(self) -> dict[str, int]:
        """How many requests have each status."""
        ...

    async def events(self, stream: str) -> Sequence[EventRecord]:
        """The records of a stream, in order; empty when there is no such stream."""
        ...

    async def all_events(self, *, after: int = 0, limit: int = 1000) -> Sequence[tuple[int, EventRecord]]:
        """Records of every stream with their position, in the order they were kept."""
        ...

    async def walk(self, take: Callable[[Iterable[EventRow]], T], *, after: int = 0, upto: int | None = None) -> T:
        """Let ``take`` go through the next rows of the record, past ``after`` and not past ``upto``; its answer.

        Rows come in the order they were kept, as fast as they can be read: ``take`` is called where that is done, maybe
        in another thread, so it must not wait for anything. How many come at once is the store's to say; none come
        when there are no more. What is raised in ``take`` is raised here.
        """
        ...

    async def agent(self, id_: str) -> Agent | None:
        """One agent by id."""
        ...

    async def agents(self) -> Sequence[Agent]:
        """Every agent, oldest first."""
        ...

    async def instance(self, id_: str) -> Instance | None:
        """One instance by id."""
        ...

    async def instances(self, agent_id: str, *, after: str | None = None, limit: int = 100) -> Sequence[Instance]:
        """An agent's instances by id, deleted ones included."""
        ...

    async def contact(self, id_: str) -> Contact | None:
        """One contact by id."""
        ...

    async def contacts(self, query: ContactQuery) -> ContactPage:
        """A page of contacts; those whose customer was erased are found by time alone."""
        ...

    async def contact_times(self, since: datetime, before: datetime) -> Sequence[tuple[str, datetime]]:
        """Customer and time of every contact from ``since`` until before ``before``, without those that were erased."""
        ...

    async def credential(self, hash_: str) -> Credential | None:
        """The credential whose token has this SHA-256 (hex), whatever its state."""
        ...

    async def tally_totals(self, prefix: str) -> Sequence[tuple[str, int, Decimal]]:
        """The tallies whose key starts so: key, count, total."""
        ...

    async def recorded(self) -> int:
        """How many events there are, as the views have it."""
        ...

    async def other_heads(self, known: Mapping[str, Head]) -> Mapping[str, Head | None]:
        """The streams that stand elsewhere in the views than is known of them, and where; None of one without a view.

        Streams that only the views know are among them.
        """
        ...

    async def strays(self) -> Sequence[Stray]:
        """Columns beside a state (what rows are found and compared by) that do not say what the state says."""
        ...

    async def views(self) -> Changes:
        """Every view as it stands, to compare with one rebuilt from the record."""
        ...
