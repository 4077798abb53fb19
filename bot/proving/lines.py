"""The lines of an export and the parts of a proof: how records and checkpoints are written for others to read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from bot.domain.events import EventRecord, micros
from bot.domain.jsontext import read
from bot.errors import BadInput
from bot.ports import Checkpoint
from bot.recording import timestamp

VERSION = 1
T = TypeVar("T", bound=msgspec.Struct)
_HASH = 32
_SIGNATURE = 64


class EventLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="event"):
    """One event; hashes and salt are hex, ``payload`` is its canonical JSON as text. Both are null once erased."""

    leaf: int | None
    stream: str
    seq: int
    type: str
    at: str
    actor: str
    surface: str
    salt: str | None
    payload: str | None
    digest: str
    prev: str
    hash: str
    path: tuple[str, ...] | None = None
    """In a proof: the hashes that lead from the leaf to the root."""


class CheckpointLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="checkpoint"):
    """One checkpoint; hashes and signature are hex."""

    size: int
    root: str
    at: str
    previous: str
    key_id: str
    signature: str


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="signoff.export"):
    """The first line of an export: which leaves it holds, and the tree before them."""

    version: int
    made_at: str
    start: int
    """The first leaf; 0, or the size of a checkpoint."""
    end: int
    """One past the last leaf: the size of a checkpoint, or ``start``."""
    peaks: tuple[str, ...]
    """The complete subtrees over the leaves before ``start``, the largest first."""
    public_key: str
    """For convenience: trust the key that you were given, not this one."""


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="manifest"):
    """The last line of an export: what it holds, so that a cut file is seen to be cut."""

    events: int
    unsealed: int
    checkpoints: int
    sha256: str
    """Of every byte before this line."""


class Proof(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="signoff.proof"):
    """One request's events with the way of each to one signed root."""

    version: int
    request: str
    made_at: str
    public_key: str
    """For convenience: trust the key that you were given, not this one."""
    checkpoint: CheckpointLine | None
    events: tuple[EventLine, ...]


Line = EventLine | CheckpointLine | Head | Manifest | Proof
_KINDS: dict[str, type[Line]] = {
    str(kind.__struct_config__.tag): kind
    for kind in Line.__args__  # the members of the union
}


def line_of_event(record: EventRecord, leaf: int | None, path: tuple[str, ...] | None = None) -> EventLine:
    """An event as written.

    Raises:
        BadInput: when its payload is no text, which no event's is that was recorded here.
    """
    try:
        payload = None if record.payload is None else record.payload.decode()
    except UnicodeDecodeError as error:
        raise BadInput(
            f"the payload of {record.stream} #{record.seq} is no text",
            remedy="`signoff audit verify` says what is wrong with the record",
        ) from error
    return EventLine(
        leaf=leaf,
        stream=record.stream,
        seq=record.seq,
        type=record.type,
        at=timestamp(record.at),
        actor=record.actor,
        surface=record.surface,
        salt=None if record.salt is None else record.salt.hex(),
        payload=payload,
        digest=record.digest.hex(),
        prev=record.prev.hex(),
        hash=record.hash.hex(),
        path=path,
    )


def event_of_line(line: EventLine) -> EventRecord:
    """The record that a line says.

    Raises:
        BadInput: naming the field that can't be read.
    """
    return EventRecord(
        stream=line.stream,
        seq=line.seq,
        type=line.type,
        at_micros=micros(_moment(line.at)),
        actor=line.actor,
        surface=line.surface,
        payload=None if line.payload is None else line.payload.encode(),
        salt=None if line.salt is None else hexed(line.salt, "salt", None),
        digest=hexed(line.digest, "digest"),
        prev=hexed(line.prev, "prev"),
        hash=hexed(line.hash, "hash"),
    )


def line_of_checkpoint(checkpoint: Checkpoint) -> CheckpointLine:
    """A checkpoint as written."""
    return CheckpointLine(
        size=checkpoint.size,
        root=checkpoint.root.hex(),
        at=timestamp(checkpoint.at),
        previous=checkpoint.previous.hex(),
        key_id=checkpoint.key_id,
        signature=checkpoint.signature.hex(),
    )


def checkpoint_of_line(line: CheckpointLine) -> Checkpoint:
    """The checkpoint that a line says.

    Raises:
        BadInput: naming the field that can't be read.
    """
    return Checkpoint(
        size=line.size,
        root=hexed(line.root, "root"),
        at=_moment(line.at),
        previous=hexed(line.previous, "previous"),
        key_id=line.key_id,
        signature=hexed(line.signature, "signature", _SIGNATURE),
    )


def write(line: Line) -> bytes:
    """One line of JSON, with its line feed."""
    return msgspec.json.encode(line) + b"\n"


def read_line(raw: bytes) -> Line:
    """What one line says.

    Raises:
        BadInput: when it is no JSON, or not of a kind that is known.
    """
    value = read(raw, what="line", most_marks=None)
    kind = _KINDS.get(value.get("kind", "")) if isinstance(value, dict) else None
    if kind is None:
        raise BadInput(f"is none of {', '.join(_KINDS)}", field="kind")
    return as_line(value, kind)


def as_line(value: Any, kind: type[T]) -> T:  # noqa: ANN401 - any JSON
    """A JSON value as a line of this kind.

    Raises:
        BadInput: naming what does not fit.
    """
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise BadInput(str(error), field=str(kind.__struct_config__.tag)) from error


def hexed(text: str, field: str, size: int | None = _HASH) -> bytes:
    """The bytes that hex digits say.

    Raises:
        BadInput: when they are none, or not ``size`` many.
    """
    try:
        raw = bytes.fromhex(text)
    except ValueError as error:
        raise BadInput("is not hex", field=field) from error
    if size is not None and len(raw) != size:
        raise BadInput(f"has {len(raw)} bytes instead of {size}", field=field)
    return raw


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInput("is no time", field="at") from error
    if at.tzinfo is None:
        raise BadInput("has no time zone", field="at")
    return at.astimezone(UTC)
