"""Viewing: what one flow reads and records."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, cast

import msgspec

from bot.domain import events as e
from bot.domain.agents import Agent, Instance, Ledger
from bot.domain.contacts import Contact
from bot.domain.events import GENESIS, Event, EventRecord
from bot.domain.holds import HOLDS, Hold
from bot.domain.ids import derived_uuid
from bot.domain.pauses import PAUSES, Pause
from bot.domain.people import Actor
from bot.domain.requests import Request
from bot.domain.verdicts import Observation, Tally
from bot.errors import Unavailable
from bot.recording.deriving import _applied, _credentials, _deadline_changes, samples_key, timestamp, waits_under
from bot.recording.halting import pause_errands
from bot.recording.rows import Changes, Entity, Kept, KeyUse, Loaded, Message, stream_of
from bot.recording.telling import channel_errands, errands


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

    def contact(self, id_: str) -> Contact | None:
        """A contact that was named in the needs, or None."""
        return cast("Contact | None", self._state("contact", id_))

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

    def pauses(self) -> tuple[Pause, ...]:
        """What is paused now, oldest first.

        Raises:
            LookupError: when the ledger of pauses is not among the needs (what is paused is unknown then).
            Unavailable: when the database was written by a version that did not keep what is paused.
        """
        if not self._whole and PAUSES not in self._below.ledgers_known:
            raise LookupError("the ledger of pauses is not among the needs")
        ledger = cast("Ledger | None", self._state("ledger", PAUSES))
        if ledger is None:
            return ()
        if ledger.pauses is None:
            raise Unavailable("what is paused was not kept by the version before", remedy="run `signoff db upgrade`")
        return tuple(pause for pause in ledger.pauses if pause.stands(self.now))

    def holds(self) -> tuple[Hold, ...]:
        """The legal holds that stand, oldest first.

        Raises:
            LookupError: when the ledger of holds is not among the needs (what is held is unknown then).
        """
        if not self._whole and HOLDS not in self._below.ledgers_known:
            raise LookupError("the ledger of legal holds is not among the needs")
        ledger = cast("Ledger | None", self._state("ledger", HOLDS))
        return () if ledger is None else ledger.holds

    def key_use(self, scope: str, key: str) -> KeyUse | None:
        """What an idempotency key was used for, if it was."""
        name = (scope, key)
        return self._mine.keys[name] if name in self._mine.keys else self._below.keys.get(name)

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
        elif isinstance(after, Ledger):
            told = (
                *channel_errands(id_, event, record.seq, record.at),
                *pause_errands(id_, event, record.seq, record.at),
            )
            for message in told:
                mine.messages[message.id] = message

    def _follow_request(self, before: Request | None, after: Request, event: Event, record: EventRecord) -> None:
        mine = self._mine
        if isinstance(event, e.Opened):
            self._follow_opening(after, event, record)
        elif isinstance(event, e.Erased) and before is not None and before.key != after.key:
            use = KeyUse(after.instance_id, after.key, event.submission, after.id, after.opened_at)
            self._mine.keys |= {(before.instance_id, before.key): None, (after.instance_id, after.key): use}
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
        if isinstance(event, e.Sampled):
            self._follow_sample(after)
        self._tell(after, record)

    def _tell(self, request: Request, record: EventRecord) -> None:
        for message in errands(request, record.type, record.seq, record.at):
            self._mine.messages[message.id] = message

    def _follow_opening(self, request: Request, event: e.Opened | e.Erased, record: EventRecord) -> None:
        use = KeyUse(request.instance_id, request.key, event.submission, request.id, record.at)
        self._mine.keys[(request.instance_id, request.key)] = use
        for observation in event.observed:
            self._mine.tallies[observation.key] = self.tally(observation.key).observe(observation)

    def _follow_sample(self, request: Request) -> None:
        if request.sample is not None:
            key = samples_key(request.sample.to, request.sample.day)
            self._mine.tallies[key] = self.tally(key).observe(Observation(key))

    def take_erased(self, erasure: e.Erased | e.ContactErased, record: EventRecord) -> None:
        """Let the views follow a record whose payload is gone, as its erasure says (rebuilding)."""
        self._mine.records.append(record)
        if isinstance(erasure, e.ContactErased):  # nothing else follows from a contact
            return
        if record.type == "request.opened":
            self._follow_opening(erasure.residue, erasure, record)
        elif record.type == "request.decided" and (message := self._resolved(erasure.residue, record)):
            self._mine.messages[message.id] = message
        elif record.type == "request.sampled":
            self._follow_sample(erasure.residue)
        self._tell(erasure.residue, record)

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
        if not isinstance(event, e.InstanceCreated | e.InstanceRenamed | e.DeliveryChanged):
            return
        if event.key and isinstance(after, Instance):
            created = isinstance(event, e.InstanceCreated)
            scope = f"provisioner:{after.agent_id}" if created else f"update:{after.id}"
            self._mine.keys[(scope, event.key)] = KeyUse(scope, event.key, event.submission, after.id, record.at)

    def _kept(self, kind: str, id_: str) -> Kept[Any] | None:
        return self._mine.kind(kind).get(id_) or self._below.kind(kind).get(id_)

    def _state(self, kind: str, id_: str) -> Entity | None:
        kept = self._kept(kind, id_)
        return None if kept is None else kept.state
