"""Proving one request: its events, and the way of each to one signed root, in a file that is checked offline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain import merkle
from bot.domain.events import EventRecord, row_of
from bot.domain.jsontext import read
from bot.errors import BadInput, NotFound
from bot.ports import Checkpoint, Store
from bot.proving.chains import Chains
from bot.proving.diagnosing import Evidence, diagnose
from bot.proving.findings import Finding, Kind
from bot.proving.keys import Keyring, PublicKey
from bot.proving.lines import (
    VERSION,
    EventLine,
    Proof,
    as_line,
    checkpoint_of_line,
    event_of_line,
    hexed,
    line_of_checkpoint,
    line_of_event,
    write,
)
from bot.recording import stream_of, timestamp


async def prove(store: Store, request_id: str, key: PublicKey, now: datetime) -> bytes:
    """A file that proves one request's events against the newest checkpoint; those not yet sealed are in it as such.

    Raises:
        NotFound: when there is no such request.
    """
    return write(await proof_of(store, request_id, key, now))


async def proof_of(store: Store, request_id: str, key: PublicKey, now: datetime) -> Proof:
    """What ``prove`` writes.

    Raises:
        NotFound: when there is no such request.
    """
    stream = stream_of("request", request_id)
    checkpoint = await store.seals.last()
    records = await store.events(stream)
    if not records:
        raise NotFound(f"there is no request {request_id}")
    size = 0 if checkpoint is None else checkpoint.size
    lines = [await proven_line(store, record, size) for record in records]
    sealed = None if checkpoint is None else line_of_checkpoint(checkpoint)
    return Proof(VERSION, request_id, timestamp(now), key.line, sealed, tuple(lines))


async def proven_line(store: Store, record: EventRecord, size: int) -> EventLine:
    """An event with its way to the root over the first ``size`` leaves; without, where it is not among them.

    Raises:
        BadInput: when the way can't be told any more.
    """
    index = await store.seals.leaf(record.stream, record.seq)
    if index is None or index >= size:
        return line_of_event(record, None)
    ranges = merkle.inclusion_ranges(index, size)
    names = merkle.names_in(ranges)
    nodes = await store.seals.nodes(names)
    if len(nodes) < len(set(names)):
        raise BadInput("nodes of the tree are gone", remedy="`signoff audit verify` says what is wrong")
    return line_of_event(record, index, tuple(hashed.hex() for hashed in merkle.hashes_of(ranges, nodes)))


@dataclass(frozen=True, slots=True)
class Proven:
    """What a proof file says, and what is wrong with it; without findings, what it says is so."""

    request: str
    events: int
    unsealed: int
    """Events that the file holds without proof."""
    sealed_at: datetime | None
    """The time of the checkpoint: what the request's events were then."""
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether everything in it that claims to be sealed is proven."""
        return not self.findings


def verify_record(raw: bytes, keys: Keyring) -> Proven:
    """Check a proof file offline, with trusted keys alone.

    Raises:
        BadInput: when it is no proof file of this version.
    """
    proof = as_line(read(raw, what="proof", most_marks=None), Proof)
    if proof.version != VERSION:
        raise BadInput(f"is version {proof.version}; this program reads {VERSION}", field="version")
    checkpoint = None if proof.checkpoint is None else checkpoint_of_line(proof.checkpoint)
    records = [event_of_line(line) for line in proof.events]
    findings = [*_signature(checkpoint, keys), *_chain(proof, records)]
    for line, record in zip(proof.events, records, strict=True):
        findings += inclusion(line, record, checkpoint)
    unsealed = sum(line.leaf is None for line in proof.events)
    sealed_at = None if checkpoint is None else checkpoint.at
    return Proven(proof.request, len(records), unsealed, sealed_at, tuple(findings))


def _signature(checkpoint: Checkpoint | None, keys: Keyring) -> list[Finding]:
    if checkpoint is None or keys.signed(checkpoint):
        return []
    text = "its signature does not fit, or its key is not trusted"
    expected = f"a signature by {' or '.join(keys.ids)}"
    found = f"{checkpoint.signature.hex()} by {checkpoint.key_id}"
    return [Finding(Kind.FORGED_SIGNATURE, text, checkpoint=checkpoint.size, expected=expected, found=found)]


def _chain(proof: Proof, records: Sequence[EventRecord]) -> list[Finding]:
    stream = stream_of("request", proof.request)
    if not records or any(record.stream != stream for record in records):
        text = "it does not hold the events of its request and nothing else"
        return [Finding(Kind.INSERTED if records else Kind.REMOVED, text, stream, expected=stream, found="others")]
    chains = Chains()
    chains.take(map(row_of, records))
    findings = []
    if chains.doubtful:
        ordered = sorted(records, key=lambda record: record.seq)
        findings = diagnose(stream, ordered, Evidence())
        if not findings:
            text = "its events stand in another order than they were recorded in"
            findings = [Finding(Kind.REORDERED, text, stream, expected="by number", found="another order")]
    for seqs in chains.gone.values():
        text = "its payload is gone though no erasure was recorded after it"
        findings += [
            Finding(Kind.PAYLOAD_MISSING, text, stream, seq, expected="a payload", found="nothing") for seq in seqs
        ]
    return findings


def inclusion(line: EventLine, record: EventRecord, checkpoint: Checkpoint | None) -> list[Finding]:
    """What is wrong with an event's way to the checkpoint's root; nothing with one that is not sealed."""
    if line.leaf is None:
        return []
    root = None
    if checkpoint is not None:
        path = [hexed(text, "path") for text in line.path or ()]
        root = merkle.root_from_inclusion(merkle.leaf_hash(record.hash), line.leaf, checkpoint.size, path)
        if root == checkpoint.root:
            return []
    text = "it is not what was sealed there"
    expected = "a checkpoint" if checkpoint is None else checkpoint.root.hex()
    found = "a path of another length" if root is None else root.hex()
    return [Finding(Kind.CHANGED, text, record.stream, record.seq, line.leaf, expected=expected, found=found)]
