"""Recording: an event becomes a record in its stream, and every view follows from it.

A flow reads and records through a ``View``. Recording an event chains it to its stream, applies it to the state and
derives, with pure functions, what the views hold from then on: tallies, deadlines, idempotency keys, waiting grants,
credentials and outbox messages. A store loads what a flow needs and writes the ``Changes``; ``rebuild`` runs the very
same functions over the record alone.

Flows run in batches: each runs on what the ones before it in the batch have done, one that raises leaves no trace, and
the store commits them together. So a flow must have no effect but through its view: it may be run again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar, cast

import msgspec

from bot.domain import events as e
from bot.domain.agents import Agent, Credential, Instance, Ledger
from bot.domain.events import GENESIS, Event, EventRecord
from bot.domain.ids import derived_uuid
from bot.domain.lifecycle import apply_agent, apply_instance, apply_ledger, apply_request
from bot.domain.people import Actor, ActorKind
from bot.domain.requests import DecisionKind, GrantStatus, Request
from bot.domain.verdicts import Tally

S = TypeVar("S", Request, Agent, Instance, Ledger)
T = TypeVar("T")
Entity = Request | Agent | Instance | Ledger


class Kept(msgspec.Struct, Generic[S], frozen=True):
    """A state and its place in its stream: the last event's number (``version``), hash (``head``) and time."""

    state: S
    version: int
    head: bytes
    at: datetime


class KeyUse(msgspec.Struct, frozen=True):
    """An idempotency key as used: ``scope`` is an instance or provisioner, ``subject`` what it made."""

    scope: str
    key: str
    submission: str
    subject: str
    at: datetime


class Message(msgspec.Struct, frozen=True):
    """Something to be sent: ``kind`` names the sender, ``lane`` what keeps order; the id is the same on every try."""

    id: str
    kind: str
    lane: str
    subject: str
    body: bytes
    created_at: datetime


class Deadline(msgspec.Struct, frozen=True):
    """A time at which a request needs something: ``expiry`` while it is pending, ``grant`` while its grant waits."""

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
    tallies: dict[str, Tally] = field(default_factory=dict)
    keys: dict[tuple[str, str], KeyUse] = field(default_factory=dict)
    waiting: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def kind(self, stream_kind: str) -> dict[str, Kept[Any]]:
        """The states of one kind of stream."""
        return cast("dict[str, Kept[Any]]", getattr(self, stream_kind + "s"))


@dataclass(slots=True)
class Changes(Loaded):
    """What is to be written: new records, and every row as it is afterwards.

    ``seen`` holds the version that each changed state had when it was loaded (0 for a new one): a store updates a row
    only where that version still stands. ``deadlines`` and ``credentials`` map to None where the row goes.
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
    "requests", "agents", "instances", "ledgers", "tallies", "keys", "waiting", "deadlines", "credentials", "messages",
)  # fmt: skip


def stream_of(kind: str, id_: str) -> str:
    """The name of a stream: ``request:...``, ``agent:...``, ``instance:...`` or ``ledger:...``."""
    return f"{kind}:{id_}"


def waiting_key(agent_id: str, tool: str, server: str | None, digest: str) -> str:
    """Under which an agent's signed, edited arguments wait for its next request."""
    return derived_uuid("waiting", agent_id, tool, server or "", digest)


class View:
    """What one flow sees and records, on top of what the flows before it in the batch did."""

    def __init__(self, below: Loaded, now: datetime, entropy: Callable[[int], bytes], *, whole: bool = False) -> None:
        self._below = below
        self._mine = Changes()
        self._entropy = entropy
        self._whole = whole
        self.now = now

    @property
    def changes(self) -> Changes:
        """What this flow has changed so far."""
        return self._mine

    def request(self, id_: str) -> Request | None:
        """A request that was named in the needs, or None."""
        return cast("Request | None", self._state("request", id_))

    def recorded(self, id_: str) -> Request:
        """A request that is known to be there.

        Raises:
            LookupError: when it is not, which is a fault of the flow.
        """
        found = self.request(id_)
        if found is None:
            raise LookupError(f"request {id_} is not among what this flow loaded or opened")
        return found

    def agent(self, id_: str) -> Agent | None:
        """An agent that was named in the needs, or None."""
        return cast("Agent | None", self._state("agent", id_))

    def instance(self, id_: str) -> Instance | None:
        """An instance that was named in the needs, or None."""
        return cast("Instance | None", self._state("instance", id_))

    def version(self, kind: str, id_: str) -> int:
        """How many events a stream has."""
        kept = self._kept(kind, id_)
        return 0 if kept is None else kept.version

    def time(self, kind: str, id_: str) -> datetime:
        """Now, or the stream's last event where the clock has gone back since: when the next event happens."""
        kept = self._kept(kind, id_)
        return self.now if kept is None else max(self.now, kept.at)

    def tally(self, key: str) -> Tally:
        """A tally, zero where nothing was counted.

        Raises:
            LookupError: when it is not among the needs (its true value is unknown then).
        """
        found = self._mine.tallies.get(key) or self._below.tallies.get(key)
        if found is None:
            if not self._whole:
                raise LookupError(f"the tally {key} is not among the needs")
            return Tally(key)
        return found

    def tallies(self, keys: Iterable[str]) -> dict[str, Tally]:
        """Several tallies by key."""
        return {key: self.tally(key) for key in keys}

    def key_use(self, scope: str, key: str) -> KeyUse | None:
        """What an idempotency key was used for, if it was."""
        return self._mine.keys.get((scope, key)) or self._below.keys.get((scope, key))

    def waiting(self, key: str) -> tuple[str, ...]:
        """The requests whose signed arguments wait under a key, oldest first."""
        found = self._mine.waiting.get(key)
        return self._below.waiting.get(key, ()) if found is None else found

    def random_id(self) -> str:
        """Ten random bytes in hex, for a question or the like."""
        return self._entropy(10).hex()

    def record(self, kind: str, id_: str, event: Event, actor: Actor) -> EventRecord:
        """Record an event of a stream and let every view follow."""
        kept = self._kept(kind, id_)
        at = self.time(kind, id_)
        record = e.keep(
            event,
            stream=stream_of(kind, id_),
            seq=1 if kept is None else kept.version + 1,
            at=at,
            actor=actor,
            salt=self._entropy(16),
            prev=GENESIS if kept is None else kept.head,
        )
        self.take(kind, id_, event, record, actor)
        return record

    def take(self, kind: str, id_: str, event: Event, record: EventRecord, actor: Actor) -> None:
        """Let every view follow an event that has its record already (rebuilding)."""
        kept = self._kept(kind, id_)
        before = None if kept is None else kept.state
        after = _applied(kind, id_, before, event, record.at, actor)
        mine = self._mine
        mine.records.append(record)
        mine.seen.setdefault(record.stream, 0 if kept is None else kept.version)
        mine.kind(kind)[id_] = Kept(after, record.seq, record.hash, record.at)
        if isinstance(after, Request):
            self._follow_request(cast("Request | None", before), after, event, record)
        elif isinstance(after, Agent | Instance):
            self._follow_credentials(cast("Agent | Instance | None", before), after, event, record)

    def _follow_request(self, before: Request | None, after: Request, event: Event, record: EventRecord) -> None:
        mine = self._mine
        if isinstance(event, e.Opened):
            self._follow_opening(after, event, record)
        held = () if before is None else before.reserved
        if held != after.reserved:
            for sign, reservations in ((-1, held), (1, after.reserved)):
                for reservation in reservations:
                    mine.tallies[reservation.key] = self.tally(reservation.key).reserve(reservation, sign)
        for kind, due_at in _deadline_changes(before, after):
            mine.deadlines[(after.id, kind)] = due_at
        self._follow_waiting(before, after)
        if isinstance(event, e.Decided) and (message := self._resolved(after, record)):
            mine.messages[message.id] = message

    def _follow_opening(self, request: Request, event: e.Opened | e.Erased, record: EventRecord) -> None:
        use = KeyUse(request.instance_id, request.key, event.submission, request.id, record.at)
        self._mine.keys[(request.instance_id, request.key)] = use
        for observation in event.observed:
            self._mine.tallies[observation.key] = self.tally(observation.key).observe(observation)

    def take_erased(self, erasure: e.Erased, record: EventRecord) -> None:
        """Let the views follow a record whose payload is gone, as its erasure says (rebuilding)."""
        self._mine.records.append(record)
        if record.type == "request.opened":
            self._follow_opening(erasure.residue, erasure, record)
        elif record.type == "request.decided" and (message := self._resolved(erasure.residue, record)):
            self._mine.messages[message.id] = message

    def _follow_waiting(self, before: Request | None, after: Request) -> None:
        was, is_ = waits_under(before), waits_under(after)
        if was == is_:
            return
        if was:
            self._mine.waiting[was] = tuple(id_ for id_ in self.waiting(was) if id_ != after.id)
        if is_:
            self._mine.waiting[is_] = (*self.waiting(is_), after.id)

    def _resolved(self, request: Request, record: EventRecord) -> Message | None:
        instance = self.instance(request.instance_id)
        if instance is None or instance.delivery is None:
            return None
        id_ = derived_uuid("request.resolved", request.id)
        body = {
            "id": id_,
            "type": "request.resolved",
            "instance_id": request.instance_id,
            "request_id": request.id,
            "created_at": timestamp(record.at),
        }
        return Message(id_, "webhook", request.instance_id, request.id, msgspec.json.encode(body), record.at)

    def _follow_credentials(
        self, before: Agent | Instance | None, after: Agent | Instance, event: Event, record: EventRecord
    ) -> None:
        old = {} if before is None else {credential.hash: credential for credential in _credentials(before)}
        for credential in _credentials(after):
            if old.get(credential.hash) != credential:
                self._mine.credentials[credential.hash] = credential
        if isinstance(event, e.InstanceCreated | e.InstanceRenamed | e.DeliveryChanged) and event.key:
            created = isinstance(event, e.InstanceCreated)
            assert isinstance(after, Instance)
            scope = f"provisioner:{after.agent_id}" if created else f"update:{after.id}"
            self._mine.keys[(scope, event.key)] = KeyUse(scope, event.key, event.submission, after.id, record.at)

    def _kept(self, kind: str, id_: str) -> Kept[Any] | None:
        return self._mine.kind(kind).get(id_) or self._below.kind(kind).get(id_)

    def _state(self, kind: str, id_: str) -> Entity | None:
        kept = self._kept(kind, id_)
        return None if kept is None else kept.state


def _applied(
    kind: str,
    id_: str,
    before: Any,  # noqa: ANN401 - the kind says which
    event: Event,
    at: datetime,
    actor: Actor,
) -> Entity:
    if kind == "request":
        return apply_request(before, event, id_, at, actor)
    if kind == "agent":
        return apply_agent(before, event, at)
    if kind == "instance":
        return apply_instance(before, event, at)
    return apply_ledger(before, id_)


def _credentials(state: Agent | Instance) -> tuple[Credential, ...]:
    return state.provisioners if isinstance(state, Agent) else state.credentials


def deadlines_of(request: Request) -> dict[str, datetime]:
    """What a request waits for, by kind: a view of its state."""
    if request.pending:
        return {"expiry": request.deadline_at}
    if request.grant is not None and request.grant.status is GrantStatus.WAITING:
        return {"grant": request.grant.expires_at}
    return {}


def _deadline_changes(before: Request | None, after: Request) -> Iterator[tuple[str, datetime | None]]:
    old = {} if before is None else deadlines_of(before)
    new = deadlines_of(after)
    for kind in old.keys() - new.keys():
        yield kind, None
    for kind, due_at in new.items():
        if old.get(kind) != due_at:
            yield kind, due_at


def waits_under(request: Request | None) -> str | None:
    """The key under which a request's signed, edited arguments wait for the agent's next request, while they do."""
    if (
        request is None
        or request.erased
        or request.grant is None
        or request.grant.status is not GrantStatus.WAITING
        or request.decision is None
        or request.decision.kind is not DecisionKind.APPROVED_WITH_EDITS
    ):
        return None
    return waiting_key(request.agent_id, request.proposal.tool, request.proposal.server, request.grant.digest)


def timestamp(at: datetime) -> str:
    """RFC 3339 in UTC with microseconds and a ``Z``: the protocol's form."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class Batch:
    """Several flows on one loaded state, committed together; each sees those before it, a refused one leaves none."""

    def __init__(self, loaded: Loaded, now: datetime, entropy: Callable[[int], bytes]) -> None:
        self._loaded = loaded
        self._now = now
        self._entropy = entropy
        self.changes = Changes()

    def run(self, flow: Callable[[View], T]) -> T:
        """Run one flow; what it raises is passed on and nothing of it remains."""
        view = View(self._loaded, self._now, self._entropy)
        answer = flow(view)
        self.changes.absorb(view.changes)
        for name in ("requests", "agents", "instances", "ledgers", "tallies", "keys", "waiting"):
            getattr(self._loaded, name).update(getattr(view.changes, name))
        return answer


def rebuild(records: Iterable[EventRecord]) -> Changes:
    """Every view, made anew from the record alone, in the order in which it was kept.

    Where a request's personal data was erased, its ``request.erased`` event says what remains known of each step.
    """
    kept = list(records)
    erasures = {
        record.stream: event
        for record in kept
        if record.type == "request.erased" and isinstance(event := e.event_of(record), e.Erased)
    }
    everything = Changes()
    for record in kept:
        kind, _, id_ = record.stream.partition(":")
        view = View(everything, record.at, _no_entropy, whole=True)
        if record.payload is None:
            view.take_erased(erasures[record.stream], record)
        else:
            view.take(kind, id_, e.event_of(record), record, _actor(record))
        everything.absorb(view.changes)
    return everything


def _no_entropy(_: int) -> bytes:
    raise AssertionError("rebuilding draws no random bytes")


def _actor(record: EventRecord) -> Actor:
    kind, _, id_ = record.actor.partition(":")
    return Actor(ActorKind(kind), id_, record.surface)
