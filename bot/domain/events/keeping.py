"""Keeping: an event as it is kept, chained within its stream, its payload held apart and bound by a salted digest."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import msgspec

from bot.domain.events.every import Event
from bot.domain.jsontext import canonical_as_read
from bot.domain.people import Actor

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

GENESIS = bytes(32)
"""What the first event of a stream is chained to."""


class EventRecord(msgspec.Struct, frozen=True, gc=False):
    """An event as kept. ``payload`` and ``salt`` are None once erased; ``digest`` still binds what they were."""

    stream: str
    """``request:<id>``, ``agent:<id>``, ``instance:<id>``, ``contact:<id>`` or ``ledger:<name>``."""
    seq: int
    """1 for the first of its stream, without gaps."""
    type: str
    at_micros: int
    """Microseconds since 1970-01-01 UTC, as it is kept and hashed."""
    actor: str
    surface: str
    payload: bytes | None
    salt: bytes | None
    digest: bytes
    prev: bytes
    hash: bytes

    @property
    def at(self) -> datetime:
        """When it was recorded."""
        return moment(self.at_micros)


EventRow = tuple[int, str, int, str, int, str, str, bytes | None, bytes | None, bytes, bytes, bytes]
"""A position in the whole record, and the fields of the ``EventRecord`` that stands there."""


def row_of(record: EventRecord, position: int = 0) -> EventRow:
    """A record as a row."""
    row: EventRow = (position, *msgspec.structs.astuple(record))
    return row


def payload_digest(salt: bytes, payload: bytes) -> bytes:
    """SHA-256 over salt and payload."""
    return hashlib.sha256(salt + payload).digest()


def chain_hash(
    stream: str, seq: int, type_: str, at: datetime, actor: str, surface: str, digest: bytes, prev: bytes
) -> bytes:
    """SHA-256 of the canonical text of an event's header; ``at`` is written in microseconds since the epoch."""
    header = [stream, seq, type_, micros(at), actor, surface, digest.hex(), prev.hex()]
    return hashlib.sha256(canonical_as_read(header)).digest()


def micros(at: datetime) -> int:
    """Whole microseconds since 1970-01-01 UTC."""
    return (at - _EPOCH) // _MICROSECOND


def moment(microseconds: int) -> datetime:
    """The UTC time that many microseconds after 1970."""
    return _EPOCH + timedelta(0, 0, microseconds)


def keep(event: Event, *, stream: str, seq: int, at: datetime, actor: Actor, salt: bytes, prev: bytes) -> EventRecord:
    """The record of an event at its place in its stream."""
    body = msgspec.to_builtins(event)
    type_ = body.pop("type")
    payload = canonical_as_read(body)
    bound = payload_digest(salt, payload)
    who = str(actor)
    return EventRecord(
        stream=stream,
        seq=seq,
        type=type_,
        at_micros=micros(at),
        actor=who,
        surface=actor.surface,
        payload=payload,
        salt=salt,
        digest=bound,
        prev=prev,
        hash=chain_hash(stream, seq, type_, at, who, actor.surface, bound, prev),
    )


_KINDS: dict[str, type[msgspec.Struct]] = {
    str(kind.__struct_config__.tag): kind
    for kind in Event.__args__  # the members of the union
}


def event_of(record: EventRecord) -> Event:
    """The event that a record keeps.

    Raises:
        ValueError: when its payload was erased or its type is unknown to this version.
    """
    if record.payload is None:
        raise ValueError(f"the payload of {record.stream} #{record.seq} was erased")
    kind = _KINDS.get(record.type)
    if kind is None:
        raise ValueError(f"unknown event type {record.type}")
    body = msgspec.json.decode(record.payload)
    body["type"] = record.type
    return msgspec.convert(body, kind)  # type: ignore[return-value]  # kind is a member of the union
