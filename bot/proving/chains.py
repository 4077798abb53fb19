"""The chains: each event's payload, header and link to the one before it, as fast as one core can hash them.

The fast pass only notes which streams are in doubt; ``diagnosing`` then says what is wrong with them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

import orjson

from bot.domain.events import GENESIS, EventRow

ERASURES = frozenset({"request.erased", "contact.erased"})
"""Events before which no payload of their stream is kept."""
NO_HASH = b""
"""Stands for the hash of an event where none was found: a leaf made of it fits no root."""


@dataclass(slots=True)
class Taken:
    """Where rows that were taken stand, and what is sealed of each: side by side, as fast as they can be noted."""

    streams: list[str] = field(default_factory=list)
    seqs: list[int] = field(default_factory=list)
    hashes: list[bytes] = field(default_factory=list)
    position: int = 0
    """Of the last one."""

    def __len__(self) -> int:
        return len(self.hashes)

    def place(self, number: int) -> tuple[str, int]:
        """Stream and number of one of them."""
        return self.streams[number], self.seqs[number]

    def extend(self, later: Taken) -> None:
        """Add those that were taken next."""
        self.streams += later.streams
        self.seqs += later.seqs
        self.hashes += later.hashes
        self.position = later.position

    def after(self, count: int) -> Taken:
        """All but the first so many."""
        return Taken(self.streams[count:], self.seqs[count:], self.hashes[count:], self.position)


class Chains:
    """Takes rows in the order in which they were kept and remembers where each stream stands.

    With ``partial`` a stream may begin anywhere (a piece of a record was exported).
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

    def take(self, rows: Iterable[EventRow]) -> Taken:
        """Check the next rows, which are read as this goes on."""
        heads, dumps, taken = self.heads, orjson.dumps, Taken()
        last = bad = 0
        streams, seqs, hashes = taken.streams.append, taken.seqs.append, taken.hashes.append
        for position, stream, seq, type_, at, actor, surface, payload, salt, digest, prev, hashed in rows:
            last = position
            streams(stream)
            seqs(seq)
            hashes(hashed)
            head = heads.get(stream)
            try:
                follows = seq == head[0] + 1 and prev == head[1] if head else self._begins(stream, seq, prev)
                # Of text and whole numbers alone, orjson's text is the canonical one.
                header = dumps([stream, seq, type_, at, actor, surface, digest.hex(), prev.hex()])
                if not follows or sha256(header).digest() != hashed:
                    self.doubtful[stream] = None
                if payload is None:
                    self._gone.setdefault(stream, []).append(seq)
                elif salt is None or sha256(salt + payload).digest() != digest:
                    self.doubtful[stream] = None
            except (TypeError, AttributeError):  # a column of another type than it ever was written with
                self.doubtful[stream] = None
                bad += 1
                continue
            if type_ in ERASURES:
                self._erased(stream, seq)
            heads[stream] = (seq, hashed)
        taken.position = last
        self.events += len(taken) - bad
        if self.doubtful:
            found: Iterable[object] = taken.hashes
            taken.hashes = [each if isinstance(each, bytes) else NO_HASH for each in found]
        return taken

    def _begins(self, stream: str, seq: int, prev: bytes) -> bool:
        """Whether a stream may begin like this."""
        del stream
        return (seq == 1 and prev == GENESIS) or (self._partial and seq > 1)

    def _erased(self, stream: str, seq: int) -> None:
        gone = self._gone.get(stream, [])
        before = [each for each in gone if each < seq]
        covered = self._covered[stream] = self._covered.get(stream, 0) + len(before)
        self._gone[stream] = [each for each in gone if each >= seq]
        if covered < seq - 1 and not self._partial:
            self.unerased[stream] = seq

    @property
    def erased(self) -> int:
        """How many payloads are gone with an erasure that says so."""
        return sum(self._covered.values())

    @property
    def gone(self) -> Mapping[str, list[int]]:
        """Events whose payload is gone without an erasure after them."""
        return {stream: seqs for stream, seqs in self._gone.items() if seqs}
