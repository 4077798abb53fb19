"""What the flow needs of the world. A port belongs to its callers; whoever provides it conforms, inheriting nothing.

Times are aware UTC datetimes everywhere. Every port's fake passes the same contract suite as the real thing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol, TypeVar

import msgspec

from bot.domain.agents import Agent, Credential, Instance
from bot.domain.events import EventRecord
from bot.domain.requests import MessageRef, Request
from bot.recording import Changes, Deadline, Message, Needs, View

T = TypeVar("T")
CardT_contra = TypeVar("CardT_contra", contravariant=True)


class Clock(Protocol):
    """The time. Nobody else reads it."""

    def now(self) -> datetime:
        """Now, aware, in UTC."""
        ...


# --- the record and its views ---------------------------------------------------------------------------------------


class Committed(msgspec.Struct, frozen=True):
    """What a listener hears after a commit: the stream and, when it was committed here, the request as it is now."""

    stream: str
    request: Request | None = None
    types: tuple[str, ...] = ()


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


class RequestQuery(msgspec.Struct, frozen=True):
    """Which requests; every given field narrows. ``after`` is the cursor of the page before."""

    statuses: tuple[str, ...] = ()
    owners: tuple[str, ...] | None = None
    agent_id: str | None = None
    instance_id: str | None = None
    action_type: str | None = None
    customer: str | None = None
    decided_by: str | None = None
    opened_from: datetime | None = None
    opened_before: datetime | None = None
    decided_from: datetime | None = None
    text: str | None = None
    """Part of a request id, customer, agent or tool."""
    order: str = "newest"
    """``newest`` (opened last first) or ``due`` (least time left first)."""
    limit: int = 50
    after: str | None = None


class Page(msgspec.Struct, frozen=True):
    """Some requests, and the cursor of the next page when there is one."""

    items: tuple[Request, ...]
    next: str | None = None


class Library(Protocol):
    """Reading, beside the writer: always committed states, never a lock."""

    async def request(self, id_: str) -> Request | None:
        """One request."""
        ...

    async def requests(self, query: RequestQuery) -> Page:
        """A page of requests."""
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

    async def credential(self, hash_: str) -> Credential | None:
        """The credential whose token has this SHA-256 (hex), whatever its state."""
        ...

    async def tally_totals(self, prefix: str) -> Sequence[tuple[str, int, Decimal]]:
        """The tallies whose key starts so: key, count, total."""
        ...

    async def views(self) -> Changes:
        """Every view as it stands, to compare with one rebuilt from the record."""
        ...


class Deadlines(Protocol):
    """Deadlines are rows; any number of processes may sweep them."""

    async def due(self, now: datetime, *, limit: int = 500) -> Sequence[Deadline]:
        """Those at or before ``now``, soonest first."""
        ...

    async def next_due(self) -> datetime | None:
        """The soonest of all."""
        ...


class Leased(msgspec.Struct, frozen=True):
    """A message that this process may try to send until ``until``."""

    message: Message
    attempts: int
    """How often it was tried before."""
    first_attempt_at: datetime | None
    until: datetime


class Outbox(Protocol):
    """Messages that are to be sent at least once, in order within a lane, by whoever holds the lease."""

    async def lease(self, kind: str, now: datetime, *, hold: timedelta, limit: int = 32) -> Sequence[Leased]:
        """Take the messages that may be tried now: at most one a lane, none while its lane is leased."""
        ...

    async def sent(self, id_: str, now: datetime) -> None:
        """It was taken by the other side."""
        ...

    async def retry(self, id_: str, *, at: datetime, error: str) -> None:
        """It was not; try again at ``at``. Other messages of its lane go on meanwhile."""
        ...

    async def park(self, id_: str, now: datetime, *, error: str) -> None:
        """It never will be; a person has to look."""
        ...

    async def next_attempt(self, kind: str) -> datetime | None:
        """When the next message of this kind may be tried."""
        ...

    async def backlog(self) -> dict[str, int]:
        """How many messages wait, were sent and are parked: keys ``waiting``, ``sent``, ``parked``."""
        ...


class Checkpoint(msgspec.Struct, frozen=True):
    """A signed statement of the whole record: the RFC 6962 root over its first ``size`` leaves."""

    size: int
    root: bytes
    at: datetime
    previous: bytes
    """SHA-256 of the checkpoint before it (32 zero bytes for the first)."""
    key_id: str
    signature: bytes


class Unsealed(msgspec.Struct, frozen=True):
    """What the next checkpoint starts from: the newest one, the peaks of its tree, and the events since, in order.

    A node is named ``(level, index)``: level 0 are leaves, ``(l, i)`` covers leaves ``i * 2**l`` to ``(i+1) * 2**l``.
    Only complete subtrees are kept.
    """

    last: Checkpoint | None
    peaks: Mapping[tuple[int, int], bytes]
    hashes: tuple[bytes, ...]
    """Chain hashes (``EventRecord.hash``) of the events that follow, oldest first."""


class Sealed(msgspec.Struct, frozen=True):
    """A new checkpoint, and every complete node that it adds (leaves included)."""

    checkpoint: Checkpoint
    nodes: Mapping[tuple[int, int], bytes]


class Seals(Protocol):
    """Where the Merkle tree over the record is kept."""

    async def last(self) -> Checkpoint | None:
        """The newest checkpoint."""
        ...

    async def checkpoints(self) -> Sequence[Checkpoint]:
        """All of them, oldest first."""
        ...

    async def seal(self, make: Callable[[Unsealed], Sealed | None], *, limit: int = 5000) -> Checkpoint | None:
        """Append the oldest unsealed events to the tree in one transaction.

        Only events older than every transaction still running are given to ``make``, so that no late commit lands
        before a sealed one. One process seals at a time; None when another does or there is nothing to seal.
        """
        ...

    async def leaf(self, stream: str, seq: int) -> int | None:
        """The leaf index of an event; None while it is unsealed."""
        ...

    async def leaves(self, start: int, limit: int) -> Sequence[tuple[int, str, int]]:
        """``(index, stream, seq)`` from ``start`` on, in order."""
        ...

    async def nodes(self, names: Sequence[tuple[int, int]]) -> Mapping[tuple[int, int], bytes]:
        """The hashes of complete nodes by name; a missing one is left out."""
        ...


class Vault(Protocol):
    """Secrets that must be read back (webhook signing secrets), encrypted at rest; no part of the record."""

    async def put(self, name: str, secret: str) -> None:
        """Keep or replace a secret."""
        ...

    async def get(self, name: str) -> str | None:
        """The secret, if there is one."""
        ...

    async def drop(self, name: str) -> None:
        """Forget it."""
        ...


class Session(msgspec.Struct, frozen=True):
    """A person signed in on the desk; ``id`` is the SHA-256 of the cookie, ``csrf`` goes into every form."""

    id: str
    email: str
    csrf: str
    created_at: datetime
    expires_at: datetime


class Sessions(Protocol):
    """One-time links and web sessions: operational, no fact lives in them alone."""

    async def add_link(self, hash_: str, email: str, expires_at: datetime) -> None:
        """Keep a one-time link by the SHA-256 (hex) of its token."""
        ...

    async def peek_link(self, hash_: str, now: datetime) -> str | None:
        """Whose link it is, while it is unused and in time."""
        ...

    async def use_link(self, hash_: str, now: datetime) -> str | None:
        """The same, and it is used up: of any number of callers one gets the address."""
        ...

    async def add(self, session: Session) -> None:
        """Keep a session."""
        ...

    async def session(self, id_: str, now: datetime) -> Session | None:
        """A session that has not expired."""
        ...

    async def end(self, id_: str) -> None:
        """Sign out."""
        ...


class Store(Recorder, Library, Deadlines, Protocol):
    """One database. The smaller ports stand beside: ``outbox``, ``seals``, ``vault`` and ``sessions``."""

    @property
    def outbox(self) -> Outbox:
        """What is to be sent."""
        ...

    @property
    def seals(self) -> Seals:
        """The tree over the record."""
        ...

    @property
    def vault(self) -> Vault:
        """Secrets."""
        ...

    @property
    def sessions(self) -> Sessions:
        """Links and web sessions."""
        ...

    async def erase(self, stream: str) -> int:
        """Delete the payloads and salts of a stream's events up to its newest erasure event; returns how many."""
        ...

    async def ready(self) -> bool:
        """Whether it answers and its schema is this version's."""
        ...

    async def close(self) -> None:
        """Finish what is under way and let go of the database; twice is once."""
        ...


class Signer(Protocol):
    """Signs checkpoints."""

    @property
    def key_id(self) -> str:
        """Which key signs: the first 16 hex digits of the SHA-256 of its public part."""
        ...

    def sign(self, data: bytes) -> bytes:
        """An Ed25519 signature (64 bytes)."""
        ...


# --- people and surfaces --------------------------------------------------------------------------------------------


class Directory(Protocol):
    """Who a platform's user is."""

    async def email_of(self, surface: str, user: str) -> str | None:
        """The verified address of a platform's user, or None when there is none.

        Raises:
            Unavailable: when the platform can't be asked.
        """
        ...


class Chat(Protocol[CardT_contra]):
    """A surface that shows cards and takes decisions. Slack, Teams and the desk each provide it; cards are neutral.

    ``CardT_contra`` is the neutral card of ``bot.cards``. Every call is safe to repeat: ``post`` with the same
    ``message_id`` finds an earlier post whose answer was lost.
    """

    @property
    def surface(self) -> str:
        """``slack``, ``teams`` or ``desk``."""
        ...

    async def post(self, channel: str, card: CardT_contra, *, message_id: str) -> MessageRef:
        """Show a card in a channel.

        Raises:
            ChannelUnavailable: when it is gone, archived or the bot is no member.
            Busy: when the platform wants us to wait.
        """
        ...

    async def update(self, ref: MessageRef, card: CardT_contra) -> None:
        """Redraw a card that stands there already."""
        ...

    async def reply(self, ref: MessageRef, text: str, *, message_id: str) -> MessageRef:
        """One line below a card, in its thread."""
        ...

    async def tell(self, email: str, text: str, card: CardT_contra | None = None, *, message_id: str) -> None:
        """Say something to one person alone."""
        ...
