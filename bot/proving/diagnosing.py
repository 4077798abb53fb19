"""What is wrong with a stream that is in doubt: each event is held against its chain and against what was sealed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.domain.events import GENESIS, EventRecord, chain_hash, payload_digest
from bot.domain.merkle import leaf_hash
from bot.proving.findings import Finding, Kind


@dataclass(frozen=True, slots=True)
class Place:
    """A leaf of the tree, and the hash that a signed root vouches for there (None where nothing vouches)."""

    leaf: int
    hash: bytes | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a stream beside its events."""

    sealed: Mapping[int, Place] = field(default_factory=dict)
    """Where its events are sealed, by their numbers; also those that are gone."""
    elsewhere: Mapping[bytes, int] = field(default_factory=dict)
    """Leaf hashes that stand at another place than where they were sealed, and where that was."""
    partial: bool = False
    """Whether the events may begin in the middle of the stream."""


def diagnose(stream: str, records: Sequence[EventRecord], evidence: Evidence) -> list[Finding]:
    """Every finding in a stream's events (by number), in order; empty when nothing is wrong with them as a stream."""
    return sorted(_Stream(stream, records, evidence).findings(), key=lambda finding: finding.seq or 0)


class _Stream:
    def __init__(self, stream: str, records: Sequence[EventRecord], evidence: Evidence) -> None:
        self.stream = stream
        self.records = records
        self.by_seq = {record.seq: record for record in records}
        self.evidence = evidence
        self.blamed: set[int] = set()

    def findings(self) -> Iterator[Finding]:
        yield from self._missing()
        for record in self.records:
            own = list(self._own(record))
            if own:
                self.blamed.add(record.seq)
            yield from own
        for record in self.records:
            yield from self._link(record)
        yield from self._inserted()

    def _finding(self, kind: Kind, seq: int, text: str, expected: bytes | str, found: bytes | str) -> Finding:
        place = self.evidence.sealed.get(seq)
        return Finding(
            kind,
            text,
            self.stream,
            seq,
            None if place is None else place.leaf,
            expected=expected.hex() if isinstance(expected, bytes) else expected,
            found=found.hex() if isinstance(found, bytes) else found,
        )

    def _missing(self) -> Iterator[Finding]:
        last = self.records[-1].seq if self.records else 0
        first = self.records[0].seq if self.records and self.evidence.partial else 1
        gone = {seq for seq in range(first, last) if seq not in self.by_seq}
        gone |= {seq for seq in self.evidence.sealed if seq not in self.by_seq}
        for seq in sorted(gone):
            self.blamed.add(seq)
            sealed = "a sealed event" if seq in self.evidence.sealed else "an event"
            if seq < last:
                yield self._finding(Kind.REMOVED, seq, f"{sealed} is gone", self._known_hash(seq), "nothing")
            else:
                text = f"{sealed} is gone from the stream's end"
                yield self._finding(Kind.CUT_TAIL, seq, text, self._known_hash(seq), "nothing")

    def _known_hash(self, seq: int) -> str:
        follower = self.by_seq.get(seq + 1)
        if follower is not None:
            return f"an event with the hash {follower.prev.hex()}"
        place = self.evidence.sealed.get(seq)
        if place is not None and place.hash is not None:
            return f"an event with the leaf hash {place.hash.hex()}"
        return "an event"

    def _own(self, record: EventRecord) -> Iterator[Finding]:
        """What is wrong with an event by itself."""
        computed = _hash(record)
        place = self.evidence.sealed.get(record.seq)
        if computed != record.hash:
            yield self._header(record, computed)
        elif place is not None and place.hash not in {None, leaf_hash(record.hash)}:
            yield self._rewritten(record, place)
        body = _body(record)
        if body is not None and body != record.digest and _hash(record, digest=body) != record.hash:
            yield self._finding(Kind.CHANGED, record.seq, "its payload is not what was recorded", record.digest, body)

    def _header(self, record: EventRecord, computed: bytes) -> Finding:
        seq = record.seq
        for other in (*self.by_seq, *(self.evidence.sealed)):
            if other != seq and _hash(record, seq=other) == record.hash:
                text = f"it was recorded as #{other} and stands as #{seq}"
                return self._finding(Kind.REORDERED, seq, text, f"#{other}", f"#{seq}")
        body = _body(record)
        if body is not None and _hash(record, digest=body) == record.hash:
            return self._finding(Kind.CHANGED, seq, "its payload's digest was changed", body, record.digest)
        before = self._hash_before(seq)
        if before is not None and _hash(record, prev=before) == record.hash:
            return self._finding(Kind.CHANGED, seq, "its link to the event before it was changed", before, record.prev)
        if self._vouched(seq, computed):
            return self._finding(Kind.CHANGED, seq, "its hash was changed", computed, record.hash)
        text = "its header (type, time, actor, surface or number) is not what was recorded"
        return self._finding(Kind.CHANGED, seq, text, record.hash, computed)

    def _rewritten(self, record: EventRecord, place: Place) -> Finding:
        other = self.evidence.elsewhere.get(leaf_hash(record.hash))
        if other is not None and other != place.leaf:
            text = f"it was sealed as leaf {other} and stands at leaf {place.leaf}"
            return self._finding(Kind.REORDERED, record.seq, text, f"leaf {other}", f"leaf {place.leaf}")
        text = "it was rewritten after it was sealed"
        return self._finding(Kind.CHANGED, record.seq, text, place.hash or "", leaf_hash(record.hash))

    def _link(self, record: EventRecord) -> Iterator[Finding]:
        """Whether it follows the one before it, where neither is blamed already."""
        if record.seq in self.blamed or (record.seq - 1) in self.blamed:
            return
        before = self._hash_before(record.seq)
        if before is None or before == record.prev:
            return
        if self._vouched_by_seal(record.seq):
            text = "it was rewritten: the sealed event after it follows another one"
            yield self._finding(Kind.CHANGED, record.seq - 1, text, record.prev, before)
        elif self._vouched_by_seal(record.seq - 1):
            text = "it does not follow the sealed event before it"
            yield self._finding(Kind.CHANGED, record.seq, text, before, record.prev)
        else:
            text = "it does not follow the event before it: one of the two was rewritten"
            yield self._finding(Kind.CHANGED, record.seq, text, before, record.prev)

    def _inserted(self) -> Iterator[Finding]:
        last = max(self.evidence.sealed, default=0)
        for record in self.records:
            if record.seq < last and record.seq not in self.evidence.sealed:
                text = "it was not sealed though later events of its stream were"
                yield self._finding(Kind.INSERTED, record.seq, text, "no event", record.hash)

    def _hash_before(self, seq: int) -> bytes | None:
        if seq == 1:
            return GENESIS
        before = self.by_seq.get(seq - 1)
        return None if before is None else before.hash

    def _vouched_by_seal(self, seq: int) -> bool:
        place, record = self.evidence.sealed.get(seq), self.by_seq.get(seq)
        return place is not None and record is not None and place.hash == leaf_hash(record.hash)

    def _vouched(self, seq: int, hash_: bytes) -> bool:
        """Whether something else says that this is the event's hash."""
        place, follower = self.evidence.sealed.get(seq), self.by_seq.get(seq + 1)
        return (place is not None and place.hash == leaf_hash(hash_)) or (
            follower is not None and follower.prev == hash_
        )


def _hash(
    record: EventRecord, *, seq: int | None = None, digest: bytes | None = None, prev: bytes | None = None
) -> bytes:
    return chain_hash(
        record.stream,
        record.seq if seq is None else seq,
        record.type,
        record.at,
        record.actor,
        record.surface,
        record.digest if digest is None else digest,
        record.prev if prev is None else prev,
    )


def _body(record: EventRecord) -> bytes | None:
    """The digest of the payload that is there; of a payload without its salt, of the payload alone."""
    return None if record.payload is None else payload_digest(record.salt or b"", record.payload)
