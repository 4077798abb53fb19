"""Rows: what a flow needs, what a store loads, and what is written afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar, cast

import msgspec

from bot.domain.agents import Agent, Credential, Instance, Ledger
from bot.domain.contacts import Contact
from bot.domain.events import EventRecord
from bot.domain.ids import derived_uuid
from bot.domain.requests import Request
from bot.domain.verdicts import Tally

S = TypeVar("S", Request, Agent, Instance, Ledger, Contact)
T = TypeVar("T")
Entity = Request | Agent | Instance | Ledger | Contact


class Kept(msgspec.Struct, Generic[S], frozen=True, gc=False):
    """A state and its place in its stream: the last event's number (``version``), hash (``head``) and time."""

    state: S
    version: int
    head: bytes
    at: datetime


class KeyUse(msgspec.Struct, frozen=True, gc=False):
    """An idempotency key as used: ``scope`` is an instance or provisioner, ``subject`` what it made."""

    scope: str
    key: str
    submission: str
    subject: str
    at: datetime


class Message(msgspec.Struct, frozen=True, gc=False):
    """Something to be sent: ``kind`` names the sender, ``lane`` what keeps order; the id is the same on every try."""

    id: str
    kind: str
    lane: str
    subject: str
    body: bytes
    created_at: datetime


class Deadline(msgspec.Struct, frozen=True, gc=False):
    """A time at which a request needs something.

    ``expiry`` and ``ladder`` (who is to be told that it still waits) while it is pending, ``grant`` while its grant
    waits.
    """

    request_id: str
    kind: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Needs:
    """What a flow reads, known before it runs; all of it is locked against other writers until the commit.

    The requests behind keys and waiting grants, the instance and agent of every request or instance, and the tallies of
    every request's reservations come along, locked as well: where they turn out to lie outside of what is locked, the
    store lets go and starts again with the larger set, so that locks are always taken in one order. Every tally that
    is locked is in ``Loaded.tallies``, with zeros where nothing was counted; a flow that touches another one fails.
    """

    requests: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    instances: tuple[str, ...] = ()
    ledgers: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()
    tallies: tuple[str, ...] = ()
    keys: tuple[tuple[str, str], ...] = ()
    waiting: tuple[str, ...] = ()


@dataclass(slots=True)
class Loaded:
    """Rows as they stand: what was asked for and exists."""

    requests: dict[str, Kept[Request]] = field(default_factory=dict)
    agents: dict[str, Kept[Agent]] = field(default_factory=dict)
    instances: dict[str, Kept[Instance]] = field(default_factory=dict)
    ledgers: dict[str, Kept[Ledger]] = field(default_factory=dict)
    contacts: dict[str, Kept[Contact]] = field(default_factory=dict)
    tallies: dict[str, Tally] = field(default_factory=dict)
    keys: dict[tuple[str, str], KeyUse | None] = field(default_factory=dict)
    waiting: dict[str, tuple[str, ...]] = field(default_factory=dict)
    ledgers_known: set[str] = field(default_factory=set)
    """The ledgers that were asked for: one of these that is not here does not exist."""

    def kind(self, stream_kind: str) -> dict[str, Kept[Any]]:
        """The states of one kind of stream."""
        return cast("dict[str, Kept[Any]]", getattr(self, stream_kind + "s"))


@dataclass(slots=True)
class Changes(Loaded):
    """What is to be written: new records, and every row as it is afterwards.

    ``seen`` holds the version that each changed state had when it was loaded (0 for a new one): a store updates a row
    only where that version still stands. ``deadlines``, ``credentials`` and ``keys`` map to None where the row goes.
    What was recorded before a ``request.erased`` or ``contact.erased`` among the records loses its payload and salt.
    """

    records: list[EventRecord] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)
    deadlines: dict[tuple[str, str], datetime | None] = field(default_factory=dict)
    credentials: dict[str, Credential | None] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)

    def absorb(self, other: Changes) -> None:
        """Add what a later flow changed."""
        self.records.extend(other.records)
        for stream, version in other.seen.items():
            self.seen.setdefault(stream, version)
        for name in _ROWS:
            getattr(self, name).update(getattr(other, name))


_ROWS = (
    "requests", "agents", "instances", "ledgers", "contacts", "tallies", "keys", "waiting", "deadlines", "credentials",
    "messages",
)  # fmt: skip


def stream_of(kind: str, id_: str) -> str:
    """The name of a stream: ``request:...``, ``agent:...``, ``instance:...``, ``contact:...`` or ``ledger:...``."""
    return f"{kind}:{id_}"


def waiting_key(agent_id: str, tool: str, server: str | None, digest: str) -> str:
    """Under which an agent's signed, edited arguments wait for its next request."""
    return derived_uuid("waiting", agent_id, tool, server or "", digest)
