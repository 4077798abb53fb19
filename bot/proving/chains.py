"""The chains: each event's payload, header and link to the one before it, as fast as one core can hash them.

The fast pass only notes which streams are in doubt; ``diagnosing`` then says what is wrong with them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256

import orjson

from bot.domain.events import GENESIS, EventRecord

ERASURES = frozenset({"request.erased", "contact.erased"})
"""Events before which no payload of their stream is kept."""


class Chains:
    """Takes records in the order in which they were kept and remembers where each stream stands.

    ``known`` says where streams stand that began before the first record; with ``partial`` a stream that is not known
    may begin anywhere (a piece of a record was exported).
    """

    def __init__(self, *, partial: bool = False) -> None:
        self.heads: dict[str, tuple[int, bytes]] = {}
        self.doubtful: dict[str, None] = {}
        """Streams in doubt, in the order in which they were found."""
        self.unerased: dict[str, int] = {}
        """Streams whose payloads stand although an erasure was recorded, with the erasure's number."""
        self.events = 0
        self._partial = partial
        self._gone: dict[str, list[int]] = {}
        self._covered: dict[str, int] = {}

    def take(self, records: Iterable[EventRecord]) -> None:
        """Check the next records."""
        heads, dumps, partial = self.heads, orjson.dumps, self._partial
        for record in records:
            stream, seq, prev, digest, payload = record.stream, record.seq, record.prev, record.digest, record.payload
            head = heads.get(stream)
            try:
                if head is None:
                    follows = (seq == 1 and prev == GENESIS) or (partial and seq > 1)
                else:
                    follows = seq == head[0] + 1 and prev == head[1]
                # Of text and whole numbers alone, orjson's text is the canonical one.
                header = [
                    stream,
                    seq,
                    record.type,
                    record.at_micros,
                    record.actor,
                    record.surface,
                    digest.hex(),
                    prev.hex(),
                ]
                if not follows or sha256(dumps(header)).digest() != record.hash:
                    self.doubtful[stream] = None
                if payload is None:
                    self._gone.setdefault(stream, []).append(seq)
                elif record.salt is None or sha256(record.salt + payload).digest() != digest:
                    self.doubtful[stream] = None
            except (TypeError, AttributeError):  # a column of another type than it ever was written with
                self.doubtful[stream] = None
                continue
            if record.type in ERASURES:
                self._erased(record)
            heads[stream] = (seq, record.hash)
            self.events += 1

    def _erased(self, record: EventRecord) -> None:
        gone = self._gone.get(record.stream, [])
        before = [seq for seq in gone if seq < record.seq]
        covered = self._covered[record.stream] = self._covered.get(record.stream, 0) + len(before)
        self._gone[record.stream] = [seq for seq in gone if seq >= record.seq]
        if covered < record.seq - 1 and not self._partial:
            self.unerased[record.stream] = record.seq

    @property
    def erased(self) -> int:
        """How many payloads are gone with an erasure that says so."""
        return sum(self._covered.values())

    @property
    def gone(self) -> Mapping[str, list[int]]:
        """Events whose payload is gone without an erasure after them."""
        return {stream: seqs for stream, seqs in self._gone.items() if seqs}
